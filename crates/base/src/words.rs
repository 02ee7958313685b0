//! The four components, six threats, six lifecycle stages and three levels of autonomy. Closed sets: every table in
//! Palisade has exactly these rows and columns.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares a closed set of words with one spelling each, used in files, reports and on the command line.
macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal, $title:literal;)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$inner])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every value, in the order in which tables show them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The kebab-case spelling used in files and on the command line.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The spelling for people: a heading or a table cell.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

words! {
    /// One of the four parts of an AI system that must be secured in balance.
    Component {
        /// Weights, tokenizers, chat templates and prompts.
        Model = "model", "Models";
        /// The code that calls models and acts on what they say.
        Application = "application", "Applications";
        /// Where models and applications run: images, clusters, servers, stores.
        Infrastructure = "infrastructure", "Infrastructure";
        /// What models learn from, are tested on, and retrieve.
        Data = "data", "Data";
    }
}

words! {
    /// One of the six threats that Palisade answers with an attack, a defence and a proof.
    Threat {
        /// Inputs crafted so that a model errs (adversarial examples).
        Evasion = "evasion", "Evasion";
        /// Training data or documents altered so that a model learns or repeats what an attacker wants.
        Poisoning = "poisoning", "Poisoning";
        /// A model copied through its answers or its files (model stealing).
        Extraction = "extraction", "Extraction";
        /// Training data or attributes recovered from a model (inversion and membership inference).
        Inversion = "inversion", "Inversion";
        /// Text that a model takes for instructions although its author has no authority to give any.
        Injection = "injection", "Injection";
        /// A tampered, malicious or vulnerable model, data set, package or tool.
        SupplyChain = "supply-chain", "Supply chain";
    }
}

words! {
    /// One of the six stages of the lifecycle of an AI system.
    Stage {
        /// Building the model.
        Model = "model", "Model building";
        /// Collecting and preparing data.
        Data = "data", "Data collection and preparation";
        /// Evaluating before release.
        Evaluation = "evaluation", "Evaluation";
        /// Putting the model into an application.
        Deployment = "deployment", "Deployment";
        /// Running the machines, images and stores below it.
        Infrastructure = "infrastructure", "Infrastructure";
        /// Watching, answering incidents, updating.
        Operations = "operations", "Operations";
    }
}

words! {
    /// How much a system does by itself. More autonomy is asked for more.
    ///
    /// The default is [`Autonomy::Act`]: unknown is not safe.
    #[derive(Default)]
    Autonomy {
        /// The system answers; a person decides and acts.
        Inform = "inform", "Informs";
        /// The system prepares actions; a person confirms each.
        Assist = "assist", "Assists";
        /// The system acts by itself.
        #[default]
        Act = "act", "Acts";
    }
}

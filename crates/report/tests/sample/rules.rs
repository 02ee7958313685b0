//! Rules as a scan would bring them: real in form, short in words.

use palisade_base::meta;

/// Declares a rule whose page has all six sections.
macro_rules! rule {
    ($static:ident, $name:literal, $summary:literal, $severity:ident, [$($component:ident),+], [$($threat:ident),+],
     [$($stage:ident),+], why: $why:literal, todo: $todo:literal) => {
        meta! {
            /// ## What it does
            ///
            /// Reads the parsed file and reports the place, with the lines or bytes that show it. Nothing is executed.
            ///
            /// ## Why it matters
            ///
            #[doc = $why]
            ///
            /// ## Example
            ///
            /// ```text
            /// see the excerpts above
            /// ```
            ///
            /// ## What to do
            ///
            #[doc = $todo]
            ///
            /// ## Limits
            ///
            /// Values that are put together at run time are not followed.
            ///
            /// ## References
            ///
            /// - [CWE-502: Deserialization of Untrusted Data](https://cwe.mitre.org/data/definitions/502.html)
            /// - <https://atlas.mitre.org/techniques/AML.T0010>
            pub(crate) static $static: Check = {
                name: $name,
                summary: $summary,
                severity: $severity,
                components: [$($component),+],
                threats: [$($threat),+],
                stages: [$($stage),+],
                since: "0.1.0",
            }
        }
    };
}

rule!(
    PICKLE_CALL, "pickle-call", "a model file calls a function when it is loaded", Critical, [Model], [SupplyChain],
    [Model, Deployment],
    why: " A pickle is a program. `GLOBAL` names a function, `REDUCE` calls it, and loading the file runs it with the rights of the service, before a single prediction is made.",
    todo: " 1. Do not load the file again, and treat machines that did as compromised.\n 2. Ask the supplier for **safetensors** or ONNX, or convert in a sandbox without network.\n 3. Load with `torch.load(path, weights_only=True)` until then."
);
rule!(
    UNSAFE_WEIGHTS, "unsafe-weights", "weights lie in a format that can run code", Medium, [Model], [SupplyChain], [Model],
    why: " Even a harmless pickle teaches everyone downstream to load pickles.",
    todo: " Store weights as safetensors and keep the pickle out of the release."
);
rule!(
    UNSIGNED_WEIGHTS, "unsigned-weights", "weights travel without a signature", Medium, [Model], [SupplyChain, Poisoning],
    [Model, Deployment],
    why: " Without a signature nobody can tell the model that was evaluated from the one that is running.",
    todo: " Sign at release and verify at start. Keep the key apart from the registry."
);
rule!(
    TEMPLATE_CODE, "chat-template-code", "a chat template reaches into the interpreter", High, [Model], [SupplyChain, Injection],
    [Model, Deployment],
    why: " Chat templates are Jinja programs that travel with the weights. `__class__` and its kin lead from a string to any function.",
    todo: " Render templates in a sandbox and refuse attribute access that begins with `_`."
);
rule!(
    OUTPUT_EXECUTED, "model-output-executed", "what a model says is executed", Critical, [Application], [Injection],
    [Deployment],
    why: " Whoever can put text before the model decides what it says. If that text reaches `eval`, a shell or SQL, they decide what runs.",
    todo: " - Let the model choose from named tools, never write code.\n - Bind SQL parameters.\n - Where code must run, run it in a sandbox without network and secrets."
);
rule!(
    REMOTE_CODE, "trust-remote-code", "a model repository may bring its own code", High, [Application], [SupplyChain],
    [Deployment],
    why: " `trust_remote_code=True` imports Python from the repository, as it is on the day of loading.",
    todo: " Pin `revision` to a commit that was read, or use an architecture of the library itself."
);
rule!(
    SECRET_IN_CODE, "secret-in-code", "a secret stands in a file", High, [Application], [Extraction, SupplyChain],
    [Deployment, Operations],
    why: " Everyone who can read the repository, its forks, images and backups can use it.",
    todo: " Revoke it first, then remove it. Read secrets from the environment or a vault."
);
rule!(
    UNBOUNDED_OUTPUT, "unlimited-queries", "a prediction route has no rate limit", Medium, [Application],
    [Extraction, Inversion, Evasion], [Deployment, Operations],
    why: " A model can be copied, and its training data probed, at the price of its queries. Without a limit that price is nothing.",
    todo: " Limit rate and total for each caller, and answer with labels rather than scores where that is enough."
);
rule!(
    OPEN_PORT, "model-server-exposed", "a model server is published without authentication", Critical, [Infrastructure],
    [Extraction, Injection], [Infrastructure],
    why: " Ollama, vLLM, Triton and their kin have no authentication of their own: who reaches the port can use, replace and copy models.",
    todo: " Bind to `127.0.0.1`, or put a gateway that authenticates in front."
);
rule!(
    PRIVILEGED, "privileged-container", "a container runs with the rights of the host", High, [Infrastructure],
    [SupplyChain], [Infrastructure],
    why: " One hole in the service is then a hole in the node.",
    todo: " Drop `privileged`, set `runAsNonRoot: true`, drop all capabilities."
);
rule!(
    UNPINNED_IMAGE, "unpinned-image", "an image is named by a tag that can move", Medium, [Infrastructure], [SupplyChain],
    [Infrastructure, Deployment],
    why: " The tag may name another image tomorrow.",
    todo: " Pin by digest: `image@sha256:…`."
);
rule!(
    PERSONAL_DATA, "undeclared-personal-data", "a data set holds personal data that nobody declared", High, [Data],
    [Inversion], [Data],
    why: " A model can repeat what it was trained on. Data that nobody knows of is protected by nobody.",
    todo: " Declare `personal = true`, or redact before training: `palisade data redact`."
);
rule!(
    LABEL_CONFLICT, "conflicting-labels", "equal rows carry different labels", Medium, [Data], [Poisoning, Evasion],
    [Data, Evaluation],
    why: " Flipped labels are the cheapest way to poison a classifier, and honest mistakes look the same.",
    todo: " Have a person decide each conflict, and keep who decided."
);
rule!(
    HIDDEN_INSTRUCTION, "hidden-instruction", "text in a data set speaks to the model", High, [Data], [Injection, Poisoning],
    [Data, Operations],
    why: " Retrieved text enters the prompt. Instructions in it are read as if the operator had given them.",
    todo: " Remove the rows, find where they came from, and mark retrieved text as data in the prompt."
);
rule!(
    NO_LICENCE, "undeclared-source", "a data set has no declared licence or source", Low, [Data], [SupplyChain, Poisoning],
    [Data],
    why: " What has no source cannot be traced when it turns out to be poisoned.",
    todo: " Add `licence` and `source` to its `[[data]]` entry."
);

//! Opens streams of Java objects, as Weka and others write models: the classes that a reader would make objects of.

use palisade_formats::{java, sniff::Format};

use super::{name, part::Part, shape};
use crate::{
    Engine, Input,
    input::model::{Carrier, Does, Effect, Effects, When},
};

/// Opens a stream of Java objects.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let classes = java::classes(part.bytes, SEARCHED, CLASSES);
    let starts = |name: &str, prefixes: &[&str]| {
        let name = name.trim_start_matches('[');
        let name = name.strip_prefix('L').filter(|_| name.ends_with(';')).unwrap_or(name);
        prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    let mut effects = Vec::new();
    for class in &classes {
        let (does, what) = if starts(&class.name, GADGETS) {
            (Does::Executes, format!("makes an object of `{}`, which is used to run code from a stream", class.name))
        } else if starts(&class.name, REACHES) {
            (Does::Reaches, format!("makes an object of `{}`, which reaches files or the network", class.name))
        } else if class.name.len() < 3 || starts(&class.name, HARMLESS) {
            continue;
        } else {
            (Does::Custom, format!("makes an object of the class `{}`", class.name))
        };
        effects.push(Effect { range: class.range.clone(), carrier: Carrier::Name, does, when: When::Load, what });
    }
    let model = name::is_model(&part.name) || classes.iter().any(|class| starts(&class.name, LIBRARIES));
    // Other streams are no models; what they would run is reported all the same.
    if !model && effects.iter().all(|effect| effect.does <= Does::Custom) {
        return false;
    }
    if classes.len() >= CLASSES || part.bytes.len() > SEARCHED {
        part.unscanned(engine, "it is larger, or has more classes, than the scan reads");
    }
    engine.judge(&Input::Effects(Effects {
        artifact: part.artifact,
        bytes: part.bytes,
        title: "a stream of Java objects",
        effects,
    }));
    let why = "reading a stream of Java objects runs code of the classes that it names";
    shape(part, Format::Java, Some(why), Vec::new(), engine);
    true
}

/// How many bytes are searched for classes.
const SEARCHED: usize = 1 << 30;
/// The most classes that are judged.
const CLASSES: usize = 2000;
/// Classes that known chains of deserialisation are made of.
const GADGETS: &[&str] = &[
    "bsh.",
    "clojure.",
    "com.alibaba.fastjson",
    "com.bea.",
    "com.caucho.",
    "com.fasterxml.jackson.databind.node.POJONode",
    "com.mchange.v2.c3p0",
    "com.newrelic.",
    "com.opensymphony.xwork2",
    "com.sun.corba.",
    "com.sun.jndi.",
    "com.sun.org.apache.bcel",
    "com.sun.org.apache.xalan",
    "com.sun.org.apache.xpath",
    "com.sun.rowset.",
    "com.sun.syndication",
    "com.rometools.",
    "com.tangosol.",
    "com.vaadin.",
    "com.zaxxer.hikari",
    "freemarker.",
    "groovy.",
    "java.beans.EventHandler",
    "java.lang.Process",
    "java.lang.Runtime",
    "java.lang.invoke.SerializedLambda",
    "java.lang.reflect.",
    "java.rmi.",
    "java.security.SignedObject",
    "javassist.",
    "javax.management.BadAttributeValueExpException",
    "javax.naming.",
    "javax.script.",
    "javax.swing.UIDefaults",
    "javax.xml.transform.Templates",
    "net.sf.json.",
    "ognl.",
    "oracle.",
    "org.apache.bcel.",
    "org.apache.click.",
    "org.apache.commons.beanutils.",
    "org.apache.commons.collections.",
    "org.apache.commons.collections4.",
    "org.apache.commons.dbcp",
    "org.apache.commons.fileupload.",
    "org.apache.commons.jelly",
    "org.apache.logging.",
    "org.apache.myfaces.",
    "org.apache.tomcat.",
    "org.apache.wicket.",
    "org.apache.xalan.",
    "org.aspectj.",
    "org.codehaus.groovy.",
    "org.hibernate.",
    "org.jboss.",
    "org.jfree.",
    "org.mozilla.javascript",
    "org.python.core.",
    "org.springframework.",
    "org.w3c.",
    "org.yaml.snakeyaml",
    "scala.sys.process",
    "sun.reflect.",
    "sun.rmi.",
    "weblogic.",
];
/// Classes that open files or connections when they are read or used.
const REACHES: &[&str] = &["java.net.", "java.io.File", "java.nio.file.", "javax.sql.", "java.sql.Driver", "sun.net."];
/// Classes of values and collections, and of libraries of machine learning.
const HARMLESS: &[&str] = &[
    "java.lang.",
    "java.util.",
    "java.math.",
    "java.text.",
    "java.time.",
    "java.io.Serializable",
    "java.awt.",
    "scala.collection.",
    "scala.Tuple",
    "scala.Some",
    "scala.None",
    "weka.",
    "moa.",
    "meka.",
    "mulan.",
    "hex.",
    "water.",
    "smile.",
    "cc.mallet.",
    "edu.stanford.nlp.",
    "opennlp.",
    "org.apache.mahout.",
    "org.apache.spark.ml",
    "org.deeplearning4j.",
    "org.nd4j.",
    "org.jpmml.",
    "org.dmg.pmml.",
    "org.encog.",
    "de.lmu.",
    "libsvm.",
    "liblinear.",
    "no.uib.cipr.matrix",
    "gnu.trove.",
    "it.unimi.dsi.fastutil.",
    "ml.dmlc.xgboost4j.",
];
/// Libraries of machine learning that write such streams.
const LIBRARIES: &[&str] =
    &["weka.", "moa.", "meka.", "mulan.", "hex.", "smile.", "cc.mallet.", "edu.stanford.nlp.", "opennlp.", "libsvm."];

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::observe;

    fn stream(class: &str) -> Vec<u8> {
        let len = u16::try_from(class.len()).unwrap().to_be_bytes();
        [b"\xac\xed\x00\x05sr", &len[..], class.as_bytes(), &[7; 8], b"\x02\0\0xp"].concat()
    }

    fn judged(name: &str, class: &str) -> Option<Severity> {
        let seen = observe(name, &stream(class), None);
        seen.findings.iter().filter(|finding| finding.rule.name == "config-call").map(|finding| finding.severity).max()
    }

    #[test]
    fn gadgets_are_found_and_models_are_quiet() {
        assert_eq!(judged("j48.model", "weka.classifiers.trees.J48"), None);
        assert_eq!(judged("j48.model", "[Lweka.core.Instance;"), None);
        assert_eq!(judged("j48.model", "com.example.Thing"), Some(Severity::Medium));
        let gadget = "org.apache.commons.collections.functors.InvokerTransformer";
        assert_eq!(judged("j48.model", gadget), Some(Severity::Critical));
        assert_eq!(judged("session.ser", gadget), Some(Severity::Critical));
        assert_eq!(judged("j48.model", "java.net.URL"), Some(Severity::High));
        assert_eq!(judged("session.ser", "com.example.Thing"), None);
    }
}

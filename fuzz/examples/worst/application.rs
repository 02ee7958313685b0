//! Python, notebooks, settings, and text that is full of what looks like a secret.

use crate::{
    Case, case,
    pieces::{SIZE, between, count, fill},
};

pub(crate) const CASES: &[Case] = &[
    case("python-brackets", "a.py", || fill("[")),
    case("python-brackets-closed", "a.py", || ["[".repeat(SIZE / 2), "]".repeat(SIZE / 2)].concat().into_bytes()),
    case("python-parentheses", "a.py", || fill("((((((((((x)")),
    case("python-calls-nested", "a.py", || fill("f(")),
    case("python-attributes", "a.py", || between("x = a", ".b", "")),
    case("python-call-chain", "a.py", || between("x = a", ".b()", "")),
    case("python-subscripts", "a.py", || between("x = a", "[0]", "")),
    case("python-f-strings", "a.py", || fill("f'{")),
    case("python-f-strings-closed", "a.py", || fill("x = f'{a}{b}{c}'\n")),
    case("python-decorators", "a.py", || between("", "@a\n", "def f(): pass\n")),
    case("python-decorated-parameters", "a.py", || {
        let parameters = count(60_000, |n| format!("a{n},"));
        ["@a\n".repeat(150_000), format!("def f({parameters}): return a1\n"), "f(1)\n".repeat(1000)].concat().into()
    }),
    case("python-lambdas", "a.py", || fill("lambda:")),
    case("python-lambda-calls", "a.py", || fill("(lambda x: x)(")),
    case("python-sum", "a.py", || between("a=b", "+c", "")),
    case("python-assignments", "a.py", || fill("a=")),
    case("python-tuples", "a.py", || between("a", ",a", " = b")),
    case("python-nots", "a.py", || fill("not ")),
    case("python-blocks", "a.py", || count(1000, |n| format!("{}if x:\n", " ".repeat(n))).into()),
    case("python-classes", "a.py", || count(900, |n| format!("{}class A:\n", " ".repeat(n))).into()),
    case("python-quotes", "a.py", || fill("'''\"\"\"")),
    case("python-noise", "a.py", || fill("def $ ( [ : lambda ' { \n\t ")),
    case("python-errors", "a.py", || fill(") = ( def class ] \n")),
    case("python-ring", "a.py", || {
        count(12_000, |n| {
            format!("def f{n}(a, b):\n    return f{}(b, a) + input()\nx{n} = f{n}(x{}, 1)\n", n + 1, n + 1)
        })
        .into()
    }),
    case("python-all-calls-all", "a.py", || {
        let calls = count(300, |n| format!("f{n}(a)+"));
        count(300, |n| format!("def f{n}(a):\n    return {calls}input()\n")).into()
    }),
    case("python-rebound", "a.py", || fill("a = f(a, input())\n")),
    case("python-names-chain", "a.py", || count(60_000, |n| format!("a{n} = a{}\n", n + 1)).into()),
    case("python-findings", "a.py", || {
        between("import pickle, os\nx = input()\n", "pickle.load(x); os.system(x); eval(x)\n", "")
    }),
    case("python-findings-one-line", "a.py", || between("import pickle;x=input();", "pickle.load(x);eval(x);", "")),
    case("python-splats", "a.py", || {
        let entries = count(256, |n| format!("'k{n}': 1,"));
        let names = count(16, |_| format!("d = {{{entries}}}\n"));
        [names, "from_pretrained(**d,**d,**d,**d)\n".repeat(26_000)].concat().into()
    }),
    case("python-constants", "a.py", || {
        let doubled = "b = a + a\nc = b + b\nd = c + c\n";
        [format!("a = '{}'\n{doubled}", "x".repeat(4000)), "x.from_pretrained(d, revision=d)\n".repeat(28_000)]
            .concat()
            .into()
    }),
    case("python-stored", "a.py", || {
        let stored = count(16, |n| format!("d[a] = {n}\n"));
        [format!("a = '{}'\n{stored}", "x".repeat(4000)), "from_pretrained(**d,**d)\n".repeat(38_000)].concat().into()
    }),
    case("python-constant-keys", "a.py", || {
        between(&format!("a = '{}'\nx = {{", "x".repeat(4000)), "a:1,a+a:1,", "}\n")
    }),
    case("python-sql-holes", "a.py", || {
        let checked = count(1000, |n| format!("if v{n} in ['a']: pass\n"));
        let values = count(100, |n| format!("w{n} = 'x' if y{n} else z{n}\n"));
        let holes = count(90, |n| format!("{{w{n}}}"));
        [checked, values, format!("cursor.execute(f'select a from b {holes}')\n").repeat(2000)].concat().into()
    }),
    case("python-sql-chain", "a.py", || between("cursor", ".execute(q)", "")),
    case("python-system-prompts", "a.py", || {
        fill("m = [{'role': 'system', 'content': f'{a} {b} {q}'}, ('system', 'x {question}')]\n")
    }),
    case("python-parameters", "a.py", || {
        let parameters = count(64, |n| format!("a{n},"));
        let arguments = count(64, |n| format!("a{n}=input(),"));
        [format!("def f({parameters}**k):\n    return a1\n"), format!("f({arguments})\n").repeat(1000)].concat().into()
    }),
    case("notebook-cells", "a.ipynb", || {
        let cells = r#"{"cell_type":"code","source":["x=1\n"]},"#.repeat(100_000);
        format!(r#"{{"cells":[{cells}],"nbformat":4}}"#).into()
    }),
    case("notebook-escapes", "a.ipynb", || {
        format!(r#"{{"cells":[{{"cell_type":"code","source":"{}"}}],"nbformat":4}}"#, r"\n".repeat(SIZE / 2)).into()
    }),
    case("notebook-findings", "a.ipynb", || {
        let code = r"eval(input())\n".repeat(SIZE / 15);
        format!(r#"{{"cells":[{{"cell_type":"code","source":"{code}"}}],"nbformat":4}}"#).into()
    }),
    case("settings-brackets", "mcp.json", || fill("[")),
    case("settings-servers", "mcp.json", || {
        let servers = count(18_000, |n| format!(r#""s{n}":{{"command":"npx","args":["-y","p{n}"]}},"#));
        format!(r#"{{"mcpServers":{{{servers}}}}}"#).into()
    }),
    case("settings-nested", "mcp.json", || {
        let servers = count(800, |n| format!(r#""a{n}":{{"command":"npx","args":["x{n}"]}},"#));
        [format!(r#"{{{servers}"mcpServers":"#).repeat(30), "1".to_owned(), "}".repeat(30)].concat().into()
    }),
    case("settings-keys", "mcp.json", || {
        let keys = count(90_000, |n| format!(r#""k{n}":1,"#));
        format!(r#"{{"mcpServers":{{"a":{{{keys}}}}}}}"#).into()
    }),
    case("settings-yaml", "mcp.yaml", || between("mcpServers:\n", "  a: {command: npx}\n", "")),
    case("switches-commented", "a.sh", || between("# ", "--yolo ", "\n")),
    case("switches", "a.sh", || fill("--yolo ")),
    case("env-lines", ".env", || fill("A=1\n")),
    case("env-secrets", ".env", || count(20_000, |n| format!("API_KEY_{n}=aB3xK9{n}Qw7Zp2Lm5Tn8Rs4\n")).into()),
    case("env-one-line", ".env", || fill("password=")),
    case("secret-names", "a.txt", || fill("api_key ")),
    case("secret-names-quoted", "a.txt", || fill("token='")),
    case("secret-sk", "a.txt", || fill("sk-")),
    case("secret-sk-words", "a.txt", || fill("sk-a1B2 ")),
    case("secret-jwt", "a.txt", || fill("-eyJ")),
    case("secret-jwt-dots", "a.txt", || fill("eyJ.")),
    case("secret-pem", "a.txt", || fill("-----BEGIN RSA PRIVATE KEY-----")),
    case("secret-url", "a.txt", || fill("postgres://")),
    case("secret-url-words", "a.txt", || fill("postgres://a:b")),
    case("secret-hooks", "a.txt", || fill("https://hooks.slack.com/services/")),
    case("secret-github", "a.txt", || fill(" ghp_")),
    case("secret-azure", "a.txt", || fill("AccountKey=")),
];

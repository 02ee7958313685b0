//! Pickles, archives, headers and templates.

use crate::{
    Case, case,
    containers::{field, gguf, gzip, overlapping, safetensors, tar, zip},
    pieces::{SIZE, between, count, fill},
};

pub(crate) const CASES: &[Case] = &[
    case("pickle-opcodes", "a.pkl", || pickle(&b"N0".repeat(1_250_000), b"N.")),
    case("pickle-stack", "a.pkl", || pickle(&b"N".repeat(2_500_000), b".")),
    case("pickle-duplicates", "a.pkl", || pickle(b"N", &b"2".repeat(2_500_000))),
    case("pickle-marks", "a.pkl", || pickle(&b"(".repeat(2_500_000), b".")),
    case("pickle-memo", "a.pkl", || pickle(b"N", &b"\x94".repeat(2_500_000))),
    case("pickle-memo-sparse", "a.pkl", || {
        let puts = (0..500_000u32).flat_map(|n| [&b"r"[..], &(n * 7 + 3).to_le_bytes()].concat()).collect::<Vec<u8>>();
        pickle(b"N", &puts)
    }),
    case("pickle-memo-doubling", "a.pkl", || pickle(b"]\x94", &b"(h\0h\0h\0h\0h\0h\0h\0h\0t\x94".repeat(50_000))),
    case("pickle-tuples", "a.pkl", || pickle(b"", &[&b"(N"[..], &b"2".repeat(31), b"t0"].concat().repeat(30_000))),
    case("pickle-containers", "a.pkl", || pickle(b"", &b"]}\x8f)".repeat(SIZE / 4))),
    case("pickle-names", "a.pkl", || {
        let names = (0..19_000).flat_map(|n| format!("cmod{n}\nname{n}\n)R0").into_bytes()).collect::<Vec<u8>>();
        pickle(&names, b"N.")
    }),
    case("pickle-imports", "a.pkl", || {
        let imports = (0..19_000).flat_map(|n| format!("cother{n}\nname{n}\n0").into_bytes()).collect::<Vec<u8>>();
        pickle(&imports, b"N.")
    }),
    case("pickle-calls", "a.pkl", || pickle(b"", &b"cbuiltins\neval\nX\x01\0\0\0x\x85R0".repeat(30_000))),
    case("pickle-text-names", "a.pkl", || {
        let text = [b"X\xff\x0f\0\0", &[b'n'; 4095][..], b"\x940"].concat();
        pickle(&text, &b"h\0h\0\x930".repeat(SIZE / 6))
    }),
    case("pickle-additions", "a.pkl", || {
        let start = b"coperator\nadd\n\x94X\x01\0\0\0x\x94";
        pickle(start, &b"h\0h\x01h\x01\x86R\x940".repeat(80_000))
    }),
    case("pickle-pickles", "a.pkl", || b"\x80\x04N.".repeat(SIZE / 4)),
    case("pickle-old-pickles", "a.pkl", || b"N.".repeat(SIZE / 2)),
    case("pickle-embedded", "a.pkl", || pickle(b"", &b"B\x04\0\0\0\x80\x04N.0".repeat(SIZE / 10))),
    case("pickle-hidden", "a.pkl", || [b"\x80\x04N.\xff".to_vec(), b"\x80\x04N".repeat(SIZE / 3)].concat()),
    case("pickle-hidden-names", "a.pkl", || [b"\x80\x04N.\xff".to_vec(), b"\x80\x04cb\nc\n".repeat(SIZE / 8)].concat()),
    case("text-like-pickle", "a.txt", || fill("NNNNNNNN0")),
    case("safetensors-claim", "m.safetensors", || [&100_000_000u64.to_le_bytes()[..], &fill("{")].concat()),
    case("safetensors-brackets", "m.safetensors", || safetensors(&"[".repeat(SIZE))),
    case("safetensors-lists", "m.safetensors", || safetensors(&format!("{{\"a\":[{}0]}}", "[],".repeat(SIZE / 3)))),
    case("safetensors-numbers", "m.safetensors", || safetensors(&format!("{{\"a\":[{}0]}}", "0,".repeat(SIZE / 2)))),
    case("safetensors-tensors", "m.safetensors", || {
        let tensor =
            |n| format!("\"t{n}\":{{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[{},{}]}},", n * 2, n * 2 + 1);
        let header = format!("{{{}\"__metadata__\":{{}}}}", count(15_000, tensor));
        [safetensors(&header), vec![0x80; 30_000]].concat()
    }),
    case("safetensors-hidden", "m.safetensors", || {
        [safetensors("{\"__metadata__\":{}}"), b"\x80\x04N".repeat(SIZE / 3)].concat()
    }),
    case("gguf-counts", "m.gguf", || {
        [&b"GGUF\x03\0\0\0"[..], &(1u64 << 60).to_le_bytes(), &(1u64 << 60).to_le_bytes(), &fill("a")].concat()
    }),
    case("gguf-strings", "m.gguf", || gguf(&b"\0\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0".repeat(50_000), 50_000)),
    case("gguf-arrays", "m.gguf", || {
        let array = [&b"\0\0\0\0\0\0\0\0\x09\0\0\0\x09\0\0\0"[..], &u64::MAX.to_le_bytes()].concat();
        gguf(&[array, b"\x08\0\0\0\0\0\0\0\0\0\0\0".repeat(SIZE / 12)].concat(), 1)
    }),
    case("onnx-nested", "m.onnx", || {
        (0..60).fold(Vec::new(), |inner, _| field(7, &field(1, &field(5, &field(6, &inner)))))
    }),
    case("onnx-nodes", "m.onnx", || field(7, &b"\x0a\x06\x22\x01a\x3a\x01b".repeat(SIZE / 8))),
    case("onnx-externals", "m.onnx", || {
        let external =
            |n: usize| field(5, &field(13, &[field(1, b"location"), field(2, format!("../{n}").as_bytes())].concat()));
        field(7, &(0..30_000).flat_map(external).collect::<Vec<u8>>())
    }),
    case("onnx-empty-fields", "m.onnx", || field(7, &b"\x0a\0".repeat(SIZE / 2))),
    case("npy-header", "m.npy", || [&b"\x93NUMPY\x02\0"[..], &u32::MAX.to_le_bytes(), &fill("'|O'")].concat()),
    case("template-braces", "tokenizer_config.json", || template(&"{{".repeat(SIZE / 2))),
    case("template-loops", "tokenizer_config.json", || template(&"{%for a in b%}".repeat(SIZE / 14))),
    case("template-ranges", "tokenizer_config.json", || template(&"{%for a in range(9)%}".repeat(SIZE / 21))),
    case("template-constants", "tokenizer_config.json", || {
        template(&format!("{{% set x = '{}' %}}{{{{ {}}}}}", "y".repeat(4000), "x ".repeat(SIZE / 2)))
    }),
    case("template-joins", "tokenizer_config.json", || template(&format!("{{{{ {}}}}}", "'a'~".repeat(SIZE / 4)))),
    case("template-filters", "tokenizer_config.json", || {
        template(&format!("{{{{ '{}'{}}}}}", "y".repeat(4000), "|lower".repeat(SIZE / 6)))
    }),
    case("template-lists", "tokenizer_config.json", || {
        template(&format!("{{{{ {}}}}}", "['a','a','a','a']|join ".repeat(SIZE / 23)))
    }),
    case("template-many", "tokenizer_config.json", || {
        let templates = count(20_000, |n| format!("{{\"name\":\"t{n}\",\"template\":\"{{{{ x.__class__ }}}}\"}},"));
        format!("{{\"chat_template\":[{templates}{{}}]}}").into()
    }),
    case("template-comments", "chat_template.jinja", || fill("{# {{ {% raw %} ")),
    case("template-raw", "chat_template.jinja", || fill("{% raw %}")),
    case("template-lines", "chat_template.jinja", || fill("{{ a }}\n")),
    case("template-escapes", "chat_template.jinja", || between("{{ '", r"\x41", "' }}")),
    case("zip-entries", "m.pt", || zip(60_000, b"N.", 0)),
    case("zip-overlap", "m.pt", || {
        overlapping(15_000, &b"\x80\x04".iter().chain(&[b'N'; 9_000_000]).copied().collect::<Vec<u8>>())
    }),
    case("zip-of-zips", "m.pt", || {
        let inner = overlapping(2_000, &[&b"\x80\x04"[..], &vec![b'N'; 1_000_000]].concat());
        overlapping(2_000, &overlapping(2_000, &inner))
    }),
    case("zip-headers", "m.pt", || b"PK\x03\x04".repeat(SIZE / 4)),
    case("zip-directory", "m.pt", || {
        let mut bytes = b"PK\x03\x04".repeat(10_000);
        bytes.extend(b"PK\x05\x06".repeat(5_000));
        bytes
    }),
    case("tar-members", "m.tar", || tar(20_000, b"N.")),
    case("tar-of-bombs", "m.tar", || tar(400, &gzip(&[&b"\x80\x04"[..], &vec![b'N'; 2_000_000]].concat()))),
    case("gzip-bomb", "m.pkl.gz", || gzip(&[&b"\x80\x04"[..], &vec![b'N'; 300_000_000]].concat())),
    case("gzip-nested", "m.pkl.gz", || (0..10).fold(b"\x80\x04N.".to_vec(), |inner, _| gzip(&inner))),
    case("gzip-members", "m.pkl.gz", || gzip(b"").repeat(50_000)),
];

fn pickle(start: &[u8], rest: &[u8]) -> Vec<u8> {
    [b"\x80\x04", start, rest].concat()
}

fn template(text: &str) -> Vec<u8> {
    format!("{{\"chat_template\":\"{}\"}}", text.replace('\\', r"\\").replace('"', r#"\""#)).into()
}

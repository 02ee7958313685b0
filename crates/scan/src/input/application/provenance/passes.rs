//! What calls out of the file do to the values that they are given.

use palisade_formats::python::{Call, Kind, Module, Passes};

/// What a call hands on.
pub(super) fn of(module: &Module, call: &Call) -> Passes {
    let path = call.path.as_str();
    let method = path.rsplit('.').next().unwrap_or_default();
    if NOTHING.contains(&path)
        || NOTHING_METHODS.contains(&method)
        || QUOTING.contains(&method)
        || is_other_library(path)
    {
        Passes::Nothing
    } else if EVERYTHING.contains(&path) || EVERYTHING_METHODS.contains(&method) {
        Passes::Everything
    } else if is_unseen_function(module, call) {
        Passes::Perhaps
    } else {
        Passes::Object
    }
}

/// Calls whose result says nothing that matters, whatever they are given.
pub(super) fn is_harmless(path: &str) -> bool {
    let method = path.rsplit('.').next().unwrap_or_default();
    NOTHING.contains(&path)
        || QUOTING.contains(&method)
        || matches!(method, "now" | "today" | "time" | "utcnow" | "uuid4" | "uuid1" | "isoformat" | "strftime")
}

fn is_other_library(path: &str) -> bool {
    !path.contains("()") && path.split('.').next().is_some_and(|root| NOTHING_ROOTS.contains(&root))
}

/// A function, not a method of an object that was made here.
fn is_unseen_function(module: &Module, call: &Call) -> bool {
    let object = module.children(call.function).next().map_or("", |object| module.text(object));
    let own_method = matches!(object, "self" | "cls");
    module.kind(call.function) == Kind::Identifier
        || own_method
        || (!call.path.starts_with('?') && !call.path.contains("()"))
}

const NOTHING: &[&str] = &[
    "len",
    "int",
    "float",
    "bool",
    "complex",
    "hash",
    "id",
    "isinstance",
    "issubclass",
    "hasattr",
    "callable",
    "ord",
    "round",
    "abs",
    "sum",
    "any",
    "all",
    "print",
    "type",
    "range",
    "divmod",
    "pow",
    "uuid.UUID",
    "open",
    "shlex.quote",
    "pipes.quote",
    "re.escape",
    "werkzeug.utils.secure_filename",
    "html.escape",
    "markupsafe.escape",
    "bleach.clean",
    "ipaddress.ip_address",
    "decimal.Decimal",
    "Decimal",
    "UUID",
    "RestrictedPython.compile_restricted",
    "numexpr.evaluate",
    "simpleeval.simple_eval",
    "psycopg2.sql.Identifier",
    "psycopg.sql.Identifier",
    "psycopg2.sql.Literal",
    "psycopg.sql.Literal",
    "psycopg2.sql.Placeholder",
];

/// Methods that make a text safe to put into another, or say something about it.
const QUOTING: &[&str] = &[
    "quote_identifier",
    "quote_name",
    "quote_ident",
    "qn",
    "escape_string",
    "escape_identifier",
    "secure_filename",
    "quote",
    "quoted_name",
    "isdigit",
    "isalnum",
    "count",
    "index",
    "find",
    "hexdigest",
];

const NOTHING_METHODS: &[&str] = &[
    "isdigit",
    "isalnum",
    "isalpha",
    "isidentifier",
    "startswith",
    "endswith",
    "count",
    "index",
    "find",
    "execute",
    "executemany",
    "executescript",
    "commit",
    "exists",
    "is_file",
    "is_dir",
    "quote_identifier",
    "quote_name",
    "hexdigest",
    "digest",
    "mogrify",
    "fetchone",
    "fetchall",
    "fetchmany",
    "scalar",
    "scalars",
    "secure_filename",
    "compile_restricted",
    "connect",
    "cursor",
    "quote_ident",
    "escape_string",
    "escape_identifier",
];

/// Modules whose functions answer with something else than they were given.
const NOTHING_ROOTS: &[&str] = &[
    "aiohttp",
    "hashlib",
    "hmac",
    "httpx",
    "logging",
    "logger",
    "numpy",
    "random",
    "requests",
    "secrets",
    "sqlite3",
    "subprocess",
    "time",
    "torch",
    "uuid",
    "pandas",
];

const EVERYTHING: &[&str] = &[
    "str",
    "repr",
    "bytes",
    "bytearray",
    "list",
    "dict",
    "tuple",
    "set",
    "frozenset",
    "sorted",
    "reversed",
    "next",
    "iter",
    "enumerate",
    "zip",
    "map",
    "filter",
    "getattr",
    "vars",
    "format",
    "compile",
    "json.loads",
    "json.dumps",
    "orjson.loads",
    "json5.loads",
    "ujson.loads",
    "demjson3.decode",
    "json_repair.loads",
    "json_repair.repair_json",
    "ast.literal_eval",
    "ast.parse",
    "ast.unparse",
    "re.search",
    "re.match",
    "re.fullmatch",
    "re.findall",
    "re.finditer",
    "re.sub",
    "re.split",
    "textwrap.dedent",
    "textwrap.indent",
    "html.unescape",
    "urllib.parse.unquote",
    "urllib.parse.unquote_plus",
    "urllib.parse.parse_qs",
    "base64.b64decode",
    "base64.b64encode",
    "base64.urlsafe_b64decode",
    "os.path.join",
    "os.path.abspath",
    "os.path.normpath",
    "os.path.expanduser",
    "os.fspath",
    "pathlib.Path",
    "pathlib.PurePath",
    "yaml.safe_load",
    "shlex.split",
    "shlex.join",
    "codecs.decode",
    "copy.copy",
    "copy.deepcopy",
    "typing.cast",
    "asyncio.run",
    "asyncio.wait_for",
    "asyncio.gather",
    "asyncio.to_thread",
    "sqlalchemy.text",
    "sqlalchemy.sql.text",
    "psycopg2.sql.SQL",
    "psycopg.sql.SQL",
    "string.Template",
    "io.StringIO",
    "io.BytesIO",
    "min",
    "max",
];

const EVERYTHING_METHODS: &[&str] = &[
    "join",
    "format",
    "format_map",
    "replace",
    "decode",
    "encode",
    "batch_decode",
    "model_validate",
    "model_validate_json",
    "parse_obj",
    "parse_raw",
    "substitute",
    "safe_substitute",
    "strip",
    "lstrip",
    "rstrip",
    "split",
    "rsplit",
    "splitlines",
    "partition",
    "rpartition",
    "lower",
    "upper",
    "title",
    "removeprefix",
    "removesuffix",
    "group",
    "groups",
    "get",
    "pop",
    "items",
    "values",
    "keys",
    "copy",
    "json",
    "read",
    "readlines",
    "dict",
    "model_dump",
    "to_dict",
    "get_json",
    "getlist",
    "getvalue",
    "loads",
    "apply_chat_template",
];

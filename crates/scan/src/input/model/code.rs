//! What calls in Python code do to the machine that they run on: the table that code which comes with a model is judged by.
//!
//! Only names; where values come from and what follows from it is for the reader of the code.

/// What a call does, by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Starts a program or a shell.
    Process,
    /// Runs its argument as Python.
    Evaluates,
    /// Runs code that is no source: bytecode, machine code, a debugger.
    RunsCode,
    /// Builds the objects that a pickle or the like describes.
    Unpickles,
    /// Loads or compiles a library.
    Native,
    /// Calls a function of the C library or of the operating system.
    System,
    /// Opens a connection of its own making.
    Connects,
    /// Fetches something over the network.
    Fetches,
    /// Sends something over the network.
    Sends,
    /// Opens, writes, moves or deletes the file that its first argument names.
    File,
    /// Turns text into other text or bytes.
    Decodes,
    /// Finds out about the machine or its user.
    Learns,
}

/// What a call of this path does. Paths are those of `python::Module::path`.
pub(crate) fn act(path: &str) -> Option<Act> {
    let path = path.strip_prefix("builtins.").unwrap_or(path);
    if let Some((_, act)) = EXACT.iter().find(|(names, _)| names.contains(&path)) {
        return Some(*act);
    }
    // What is done with a result is not the call.
    let begins =
        |starts: &[&str]| starts.iter().any(|start| path.strip_prefix(start).is_some_and(|rest| !rest.contains('(')));
    if let Some((_, act)) = BEGIN.iter().find(|(starts, _)| begins(starts)) {
        return Some(*act);
    }
    let (owner, method) = path.rsplit_once('.')?;
    METHODS
        .iter()
        .find(|(owners, methods, _)| owners.iter().any(|part| owner.contains(part)) && methods.contains(&method))
        .map(|(.., act)| *act)
}

/// Whether a module gives whoever holds it the machine, so that an attribute of it by a computed name may be anything.
pub(crate) fn is_system(module: &str) -> bool {
    matches!(
        module,
        "os" | "posix"
            | "nt"
            | "subprocess"
            | "builtins"
            | "__builtins__"
            | "ctypes"
            | "pty"
            | "socket"
            | "_posixsubprocess"
    )
}

/// Whether a function of the C library or of the operating system hands over the machine.
pub(crate) fn takes_over(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    TAKES_OVER.iter().any(|start| name.starts_with(start))
}

/// Programs that only tell something.
pub(crate) fn only_tells(program: &str) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(".exe");
    TELLS.contains(&name)
}

/// Whether a path is of a file that holds secrets, or of one that is run by others later.
pub(crate) fn is_sensitive(path: &str) -> bool {
    let path = path.replace('\\', "/").to_lowercase();
    SENSITIVE.iter().any(|part| path.contains(part))
}

/// Whether a path is that of a place for files that nobody misses.
pub(crate) fn is_scratch(path: &str) -> bool {
    let clean = !path.split('/').any(|part| part == "..");
    clean
        && ["/tmp/", "/var/tmp/", "/dev/null", "/dev/shm/", "/home/model-server/", "/opt/ml/"]
            .iter()
            .any(|at| path.starts_with(at))
}

/// Whether an address is one at which no service of repute lives: a bare number, or a place to drop things.
pub(crate) fn is_drop(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default().to_lowercase();
    let numbers: Vec<_> = name.split('.').map(str::parse::<u8>).collect();
    let is_number = numbers.len() == 4 && numbers.iter().all(Result::is_ok);
    let is_here =
        name.starts_with("127.") || name == "0.0.0.0" || name.starts_with("10.") || name.starts_with("192.168.");
    is_number && !is_here
        || DROPS.iter().any(|drop| name == *drop || name.ends_with(&format!(".{drop}")))
        || rest.contains("/api/webhooks/") && name.starts_with("discord")
}

#[rustfmt::skip]
const EXACT: &[(&[&str], Act)] = &[
    (
        &["os.system", "posix.system", "nt.system", "os.popen", "os.popen2", "os.popen3", "os.popen4",
            "os.startfile", "os.fork", "os.forkpty", "pty.spawn", "pty.fork", "os.dup2", "platform.popen",
            "asyncio.create_subprocess_shell", "asyncio.create_subprocess_exec",
            "asyncio.subprocess.create_subprocess_shell", "asyncio.subprocess.create_subprocess_exec",
            "pexpect.spawn", "pexpect.run", "invoke.run", "invoke.task", "distutils.spawn.spawn",
            "_posixsubprocess.fork_exec", "_winapi.CreateProcess", "win32api.WinExec",
            "torch.utils.collect_env.run", "webbrowser.open", "numpy.distutils.exec_command.exec_command",
            "IPython.get_ipython().system", "pip.main", "pip._internal.main", "pip._internal.cli.main.main"],
        Act::Process,
    ),
    (
        &["eval", "exec", "execfile", "timeit.timeit", "timeit.repeat", "code.interact", "pandas.eval",
            "cProfile.run", "cProfile.runctx", "profile.run", "pdb.run", "pdb.runeval", "numexpr.evaluate",
            "trace.Trace().run", "doctest.debug_src", "doctest.debug_script",
            "torch.jit.unsupported_tensor_ops.execWrapper"],
        Act::Evaluates,
    ),
    (
        &["marshal.loads", "marshal.load", "types.FunctionType", "types.CodeType", "types.LambdaType",
            "runpy.run_path", "imp.load_source", "imp.load_compiled", "imp.load_dynamic", "imp.load_module",
            "runpy._run_code"],
        Act::RunsCode,
    ),
    (
        &["pickle.load", "pickle.loads", "pickle.Unpickler", "_pickle.load", "_pickle.loads", "cPickle.load",
            "cPickle.loads", "pickle._load", "pickle._loads", "dill.load", "dill.loads", "cloudpickle.load",
            "cloudpickle.loads", "jsonpickle.decode", "joblib.load", "sklearn.externals.joblib.load", "shelve.open",
            "pandas.read_pickle", "torch.load", "yaml.load", "yaml.unsafe_load", "yaml.full_load", "yaml.load_all",
            "yaml.unsafe_load_all", "numpy.load", "torch.package.PackageImporter", "keras.models.load_model",
            "tensorflow.keras.models.load_model", "skops.io.load"],
        Act::Unpickles,
    ),
    (
        &["ctypes.CDLL", "ctypes.PyDLL", "ctypes.WinDLL", "ctypes.OleDLL", "ctypes.cdll.LoadLibrary",
            "ctypes.windll.LoadLibrary", "torch.ops.load_library", "torch.classes.load_library",
            "tensorflow.load_op_library", "tensorflow.load_library", "torch.utils.cpp_extension.load",
            "torch.utils.cpp_extension.load_inline", "cffi.FFI().dlopen", "cffi.FFI().verify"],
        Act::Native,
    ),
    (
        &["socket.create_connection", "socket.create_server", "asyncio.open_connection", "telnetlib.Telnet",
            "websocket.create_connection", "websockets.connect", "paramiko.SSHClient().connect",
            "paramiko.Transport"],
        Act::Connects,
    ),
    (
        &["urllib.request.urlopen", "urllib.request.urlretrieve", "urllib.urlopen", "urllib.urlretrieve",
            "urllib2.urlopen", "requests.get", "requests.head", "requests.request", "httpx.get", "httpx.stream",
            "httpx.request", "wget.download", "torch.hub.load", "torch.hub.load_state_dict_from_url",
            "torch.hub.download_url_to_file", "ftplib.FTP", "http.client.HTTPConnection",
            "http.client.HTTPSConnection"],
        Act::Fetches,
    ),
    (
        &["requests.post", "requests.put", "requests.patch", "httpx.post", "httpx.put", "httpx.patch",
            "smtplib.SMTP", "smtplib.SMTP_SSL", "urllib3.request"],
        Act::Sends,
    ),
    (
        &["open", "io.open", "codecs.open", "os.open", "io.FileIO", "_io.FileIO", "os.remove", "os.unlink",
            "os.rename", "os.replace", "os.rmdir", "os.removedirs", "os.truncate", "os.chmod", "os.symlink",
            "shutil.rmtree", "linecache.getline", "linecache.getlines", "fileinput.input", "os.listdir", "os.walk",
            "glob.glob", "os.makedirs"],
        Act::File,
    ),
    (
        &["base64.b64decode", "base64.b32decode", "base64.b16decode", "base64.b85decode", "base64.a85decode",
            "base64.decodebytes", "base64.decodestring", "base64.urlsafe_b64decode", "base64.standard_b64decode",
            "binascii.unhexlify", "binascii.a2b_base64", "binascii.a2b_hex", "bytes.fromhex", "bytearray.fromhex",
            "codecs.decode", "zlib.decompress", "gzip.decompress", "bz2.decompress", "lzma.decompress", "chr"],
        Act::Decodes,
    ),
    (
        &["os.environ.copy", "os.environ.items", "dict(os.environ)", "socket.gethostname", "getpass.getuser",
            "getpass.getpass", "platform.node", "platform.uname", "os.getlogin", "os.uname"],
        Act::Learns,
    ),
];

#[rustfmt::skip]
const BEGIN: &[(&[&str], Act)] = &[
    (
        &["subprocess.", "commands.", "popen2.", "os.exec", "os.spawn", "os.posix_spawn", "sh.", "plumbum.",
            "pexpect."],
        Act::Process,
    ),
    (
        &["ctypes.CDLL().", "ctypes.cdll.", "ctypes.windll.", "ctypes.PyDLL().", "ctypes.WinDLL().",
            "ctypes.pythonapi."],
        Act::System,
    ),
    (
        &["code.InteractiveInterpreter().", "code.InteractiveConsole().", "idlelib.",
            "importlib.machinery.SourceFileLoader().", "importlib.machinery.ExtensionFileLoader()."],
        Act::RunsCode,
    ),
];

/// A part of what owns the method, the methods, and what they do.
#[rustfmt::skip]
const METHODS: &[(&[&str], &[&str], Act)] = &[
    (
        &["socket.socket()"],
        &["connect", "connect_ex", "sendto"],
        Act::Connects,
    ),
    (
        &["paramiko.", "fabric."],
        &["exec_command", "run", "sudo"],
        Act::Process,
    ),
    (
        &["requests.Session()", "requests.session()", "httpx.Client()", "httpx.AsyncClient()",
            "aiohttp.ClientSession()"],
        &["get", "head", "request"],
        Act::Fetches,
    ),
    (
        &["requests.Session()", "requests.session()", "httpx.Client()", "httpx.AsyncClient()",
            "aiohttp.ClientSession()"],
        &["post", "put", "patch"],
        Act::Sends,
    ),
    (
        &["urllib3.PoolManager()", "http.client.HTTP"],
        &["request", "urlopen"],
        Act::Sends,
    ),
    (
        &["urllib.request.build_opener()"],
        &["open"],
        Act::Fetches,
    ),
    (
        &["smtplib.SMTP"],
        &["sendmail", "send_message"],
        Act::Sends,
    ),
    (
        &["pathlib.Path()"],
        &["write_text", "write_bytes", "read_text", "read_bytes", "open", "unlink"],
        Act::File,
    ),
    (
        &["asyncio.get_event_loop()", "asyncio.get_running_loop()"],
        &["subprocess_exec", "subprocess_shell"],
        Act::Process,
    ),
];

#[rustfmt::skip]
const TAKES_OVER: &[&str] = &[
    "system", "popen", "exec", "posix_spawn", "fork", "mprotect", "mmap", "memfd_create", "ptrace", "dlopen",
    "setuid", "setreuid", "VirtualAlloc", "VirtualProtect", "CreateThread", "CreateRemoteThread", "CreateProcess",
    "WinExec", "ShellExecute", "RtlMoveMemory", "LoadLibrary", "URLDownloadToFile", "PyRun_", "PyEval_", "connect",
    "unlink", "remove",
];

#[rustfmt::skip]
const TELLS: &[&str] = &[
    "nvidia-smi", "nvcc", "uname", "lscpu", "which", "where", "git", "ldconfig", "rocm-smi", "rocminfo", "nproc",
    "free", "lsb_release", "hipcc", "gcc", "g++", "clang", "ffmpeg", "ffprobe", "java",
];

#[rustfmt::skip]
const SENSITIVE: &[&str] = &[
    "/etc/passwd", "/etc/shadow", "/etc/sudoers", "/etc/cron", "/etc/ld.so.preload", "/etc/profile",
    "/var/spool/cron", "/.ssh", "id_rsa", "authorized_keys", "/.aws/", "/.netrc", "/.git-credentials", "/.kube/",
    "/.docker/config", "/.npmrc", "/.pypirc", "/proc/self/environ", "/proc/1/", "/.bashrc", "/.zshrc", "/.profile",
    "/.bash_profile", "/.config/autostart", "/library/launchagents", "/etc/systemd", "/.gnupg", "/.azure/",
    "/.config/gcloud", "sitecustomize.py", "usercustomize.py", "start menu/programs/startup", "/var/run/secrets",
    "/.huggingface/token", "/.cache/huggingface/token", "/var/run/docker.sock", "/windows/system32/",
];

#[rustfmt::skip]
const DROPS: &[&str] = &[
    "pastebin.com", "webhook.site", "ngrok.io", "ngrok-free.app", "ngrok.app", "requestbin.com", "requestbin.net",
    "pipedream.net", "oast.fun", "oast.pro", "oast.live", "oast.site", "oast.me", "oast.online", "interact.sh",
    "burpcollaborator.net", "oastify.com", "transfer.sh", "api.telegram.org", "hastebin.com", "dpaste.com", "0x0.st",
    "paste.ee", "rentry.co", "termbin.com", "beeceptor.com", "canarytokens.com", "dnslog.cn", "ceye.io",
    "trycloudflare.com", "serveo.net", "localtunnel.me", "loca.lt", "file.io", "anonfiles.com",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_apart() {
        for (path, act_of) in [
            ("os.system", Some(Act::Process)),
            ("subprocess.run", Some(Act::Process)),
            ("os.path.join", None),
            ("os.execvp", Some(Act::Process)),
            ("model.eval", None),
            ("?self.model.eval", None),
            ("eval", Some(Act::Evaluates)),
            ("socket.socket().connect", Some(Act::Connects)),
            ("requests.Session().post", Some(Act::Sends)),
            ("ctypes.CDLL().system", Some(Act::System)),
            ("json.loads", None),
            ("io.BytesIO", None),
        ] {
            assert_eq!(act(path), act_of, "{path}");
        }
    }

    #[test]
    fn addresses_are_told_apart() {
        assert!(is_drop("http://203.0.113.7:8080/x") && is_drop("https://abc.oast.fun/") && is_drop("198.51.100.1"));
        assert!(
            !is_drop("http://127.0.0.1/") && !is_drop("https://huggingface.co/x") && !is_drop("https://1.example.org")
        );
    }

    #[test]
    fn places_are_told_apart() {
        assert!(is_sensitive("~/.ssh/authorized_keys") && is_sensitive("C:\\Windows\\System32\\x"));
        assert!(!is_sensitive("labels.txt") && is_scratch("/tmp/x.bin") && !is_scratch("/tmp/../etc/passwd"));
    }
}

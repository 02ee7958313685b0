"""PyTorch checkpoints of every kind: checkpoints.py OUTDIR [SECTION...]"""

import os
import random

import argparse
import collections
import pathlib

import numpy as np
import torch
import torch.nn as nn

from write import checkpoints, errors, out, section


class MyNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(3, 4)
        self.act = torch.relu

    def forward(self, x):
        return self.act(self.l(x))


@section
def torch_():
    m = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.BatchNorm1d(4), nn.Dropout())
    opt = lambda c, **k: (lambda o: (o.zero_grad(), m(torch.rand(5, 3)).sum().backward(), o.step(), o)[3])(
        c(m.parameters(), lr=0.1, **k)
    )
    d = dict(
        tensor=lambda: torch.rand(3),
        sd=lambda: m.state_dict(),
        param=lambda: nn.Parameter(torch.rand(2)),
        types=lambda: [
            torch.zeros(2, dtype=t)
            for t in (
                torch.float16,
                torch.bfloat16,
                torch.float64,
                torch.int8,
                torch.uint8,
                torch.int16,
                torch.int32,
                torch.int64,
                torch.bool,
                torch.complex64,
            )
        ],
        sparse=lambda: torch.eye(3).to_sparse(),
        csr=lambda: torch.eye(3).to_sparse_csr(),
        q=lambda: torch.quantize_per_tensor(torch.rand(3), 0.1, 0, torch.qint8),
        qc=lambda: torch.quantize_per_channel(torch.rand(3, 3), torch.ones(3), torch.zeros(3), 0, torch.qint8),
        nested=lambda: torch.nested.nested_tensor([torch.rand(2), torch.rand(3)]),
        meta=lambda: torch.empty(3, device="meta"),
        f8=lambda: torch.zeros(3).to(torch.float8_e4m3fn),
        dtypes=lambda: [
            torch.float32,
            torch.bfloat16,
            torch.device("cpu"),
            torch.Size([1, 2]),
            torch.contiguous_format,
            torch.strided,
            torch.per_tensor_affine,
        ],
        gen=lambda: torch.Generator(),
        storage=lambda: torch.rand(3).storage(),
        conj=lambda: torch.rand(3, dtype=torch.complex64).conj(),
        whole=lambda: m,
        mynet=lambda: MyNet(),
        adam=lambda: opt(torch.optim.Adam),
        adamw_sd=lambda: opt(torch.optim.AdamW).state_dict(),
        sgd=lambda: opt(torch.optim.SGD, momentum=0.9),
        lbfgs=lambda: torch.optim.LBFGS(m.parameters()),
        sched=lambda: torch.optim.lr_scheduler.StepLR(torch.optim.SGD(m.parameters(), 0.1), 3).state_dict(),
        sched2=lambda: torch.optim.lr_scheduler.CosineAnnealingLR(torch.optim.SGD(m.parameters(), 0.1), 3),
        onec=lambda: torch.optim.lr_scheduler.OneCycleLR(torch.optim.SGD(m.parameters(), 0.1), 0.1, 10).state_dict(),
        lam=lambda: torch.optim.lr_scheduler.ReduceLROnPlateau(torch.optim.SGD(m.parameters(), 0.1)),
        ckpt=lambda: {
            "model": m.state_dict(),
            "optimizer": opt(torch.optim.Adam).state_dict(),
            "epoch": 3,
            "args": argparse.Namespace(lr=0.1, data=pathlib.Path("/data")),
            "best": np.float64(0.5),
            "rng": torch.get_rng_state(),
            "np_rng": np.random.get_state(),
            "py_rng": random.getstate(),
            "loss": np.array([1.0, 2.0]),
            "version": torch.__version__,
            "cfg": collections.defaultdict(dict),
            "classes": {0: "exec", 1: "eval"},
        },
        rngs=lambda: {"r": torch.get_rng_state()},
        ds=lambda: torch.utils.data.TensorDataset(torch.rand(3)),
        dl=lambda: torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(3))),
        sub=lambda: torch.utils.data.Subset(torch.utils.data.TensorDataset(torch.rand(3)), [0]),
        samp=lambda: torch.utils.data.RandomSampler([1, 2]),
        scaler=lambda: torch.cuda.amp.GradScaler(enabled=False),
        ws=lambda: torch.utils.data.WeightedRandomSampler([1.0, 2.0], 2),
        dist=lambda: [torch.distributions.Normal(0.0, 1.0), torch.distributions.Categorical(torch.ones(3))],
        pruned=lambda: (
            __import__("torch.nn.utils.prune"),
            torch.nn.utils.prune.l1_unstructured(nn.Linear(3, 3), "weight", 0.5),
        )[1],
        weightnorm=lambda: nn.utils.weight_norm(nn.Linear(3, 3)),
        pn=lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 3)),
        sn=lambda: nn.utils.spectral_norm(nn.Linear(3, 3)),
        dyn=lambda: torch.quantization.quantize_dynamic(m, {nn.Linear}, dtype=torch.qint8),
        qc_=lambda: torch.quantization.get_default_qconfig("fbgemm"),
        prep=lambda: (
            lambda x: (
                setattr(x, "qconfig", torch.quantization.get_default_qconfig("fbgemm")),
                torch.quantization.prepare(x.eval()),
            )[1]
        )(nn.Sequential(nn.Linear(3, 3))),
        static=lambda: (
            lambda x: (
                setattr(x, "qconfig", torch.quantization.get_default_qconfig("fbgemm")),
                torch.quantization.convert(torch.quantization.prepare(x.eval())),
            )[1]
        )(nn.Sequential(nn.Linear(3, 3))),
        dp=lambda: nn.DataParallel(m),
        tr=lambda: nn.TransformerEncoderLayer(4, 2),
        lstm=lambda: nn.LSTM(2, 3),
        mha=lambda: nn.MultiheadAttention(4, 2),
        conv=lambda: nn.Conv2d(3, 4, 3),
        emb=lambda: nn.EmbeddingBag(3, 4),
        lossf=lambda: [nn.CrossEntropyLoss(), nn.MSELoss()],
        swa=lambda: torch.optim.swa_utils.AveragedModel(m),
        fnrefs=lambda: [torch.relu, torch.nn.functional.gelu, torch.tanh, torch.sigmoid],
        lazy=lambda: nn.LazyLinear(3),
        hooks=lambda: (lambda l: (l.register_forward_hook(print), l)[1])(nn.Linear(2, 2)),
        tdef=lambda: torch.finfo(torch.float32),
        pack=lambda: nn.utils.rnn.pack_sequence([torch.rand(3), torch.rand(2)]),
        grad=lambda: torch.rand(3, requires_grad=True),
        shared=lambda: (lambda t: {"a": t, "b": t[:2]})(torch.rand(4)),
        subclass=lambda: torch.rand(3).as_subclass(MyT),
        mem=lambda: torch.rand(2, 2).to(memory_format=torch.contiguous_format),
        bignum=lambda: torch.rand(100, 100),
    )
    checkpoints("torch", d)
    try:
        import torch.distributed.checkpoint as dcp

        dcp.save({"m": m.state_dict()}, checkpoint_id=os.path.join(out, "torch", "dcp"))
    except Exception as e:
        errors.write("dcp %r\n" % e)


class MyT(torch.Tensor):
    pass


@section
def torchscript():
    d = os.path.join(out, "torchscript")
    os.makedirs(d, exist_ok=True)
    torch.jit.script(nn.Linear(2, 3)).save(d + "/lin.pt")
    torch.jit.trace(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), torch.rand(1, 3, 8, 8)).save(d + "/conv.pt")


@section
def torchvision_():
    import torchvision as tv

    checkpoints(
        "torchvision",
        dict(
            resnet=lambda: tv.models.resnet18(num_classes=2),
            sd=lambda: tv.models.squeezenet1_1(num_classes=2).state_dict(),
            sq=lambda: tv.models.squeezenet1_1(num_classes=2),
            mn=lambda: tv.models.mobilenet_v3_small(num_classes=2),
            sh=lambda: tv.models.shufflenet_v2_x0_5(num_classes=2),
            eff=lambda: tv.models.efficientnet_b0(num_classes=2),
            tf=lambda: tv.transforms.Compose(
                [
                    tv.transforms.Resize(3),
                    tv.transforms.ToTensor(),
                    tv.transforms.Normalize([0.0], [1.0]),
                    tv.transforms.RandomCrop(3),
                ]
            ),
            gl=lambda: tv.models.mnasnet0_5(num_classes=2),
            w=lambda: tv.models.ResNet18_Weights.DEFAULT,
            v2=lambda: __import__("torchvision.transforms.v2").transforms.v2.Compose(
                [__import__("torchvision.transforms.v2").transforms.v2.RandomHorizontalFlip()]
            ),
            im=lambda: tv.transforms.InterpolationMode.BILINEAR,
        ),
    )


@section
def timm_():
    import timm

    checkpoints(
        "timm",
        {
            n: (lambda n=n: timm.create_model(n, num_classes=2))
            for n in (
                "resnet10t",
                "mobilenetv3_small_050",
                "vit_tiny_patch16_224",
                "efficientnet_lite0",
                "ghostnet_050",
                "lcnet_050",
                "regnetx_002",
                "convnext_atto",
                "tinynet_e",
                "levit_128s",
                "mixer_s32_224",
                "edgenext_xx_small",
                "mobilevit_xxs",
            )
        },
    )


@section
def hf_():
    import transformers as tf

    k = dict(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, vocab_size=20)
    checkpoints(
        "transformers",
        dict(
            bert=lambda: tf.BertModel(tf.BertConfig(**k)),
            bert_sd=lambda: tf.BertModel(tf.BertConfig(**k)).state_dict(),
            gpt2=lambda: tf.GPT2LMHeadModel(tf.GPT2Config(n_embd=8, n_layer=1, n_head=2, vocab_size=20)),
            llama=lambda: tf.LlamaForCausalLM(tf.LlamaConfig(**k)),
            t5=lambda: tf.T5Model(tf.T5Config(d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2, vocab_size=20)),
            args=lambda: tf.TrainingArguments("out", report_to=[]),
            vit=lambda: tf.ViTModel(
                tf.ViTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
            ),
            opt=lambda: tf.Adafactor([nn.Parameter(torch.rand(2))]),
            wh=lambda: tf.WhisperConfig(),
            s2s=lambda: tf.Seq2SeqTrainingArguments("out", report_to=[], generation_max_length=3),
        ),
    )
    try:
        import peft

        checkpoints(
            "peft",
            dict(
                cfg=lambda: peft.LoraConfig(),
                m=lambda: peft.get_peft_model(
                    tf.GPT2LMHeadModel(tf.GPT2Config(n_embd=8, n_layer=1, n_head=2, vocab_size=20)), peft.LoraConfig()
                ),
            ),
        )
    except ImportError:
        pass


@section
def lightning_():
    import pytorch_lightning as pl

    class LM(pl.LightningModule):
        def __init__(self, lr=0.1, p="x"):
            super().__init__()
            self.save_hyperparameters()
            self.l = nn.Linear(2, 1)

        def training_step(self, b, i):
            return self.l(b[0]).sum()

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters())

    globals()["LM"] = LM
    LM.__qualname__ = "LM"
    t = pl.Trainer(
        max_epochs=1,
        logger=False,
        enable_progress_bar=False,
        accelerator="cpu",
        default_root_dir=out,
        enable_checkpointing=True,
        callbacks=[
            pl.callbacks.ModelCheckpoint(dirpath=os.path.join(out, "lightning"), filename="last"),
            pl.callbacks.EarlyStopping("x", strict=False),
        ],
    )
    os.makedirs(os.path.join(out, "lightning"), exist_ok=True)
    t.fit(LM(), torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(4, 2))))
    t.save_checkpoint(os.path.join(out, "lightning", "manual.ckpt"))
    checkpoints("lightning", dict(mod=lambda: LM(), hp=lambda: LM().hparams))


@section
def omegaconf_():
    from omegaconf import OmegaConf

    c = OmegaConf.create({"a": 1, "b": {"c": "${a}", "d": [1, 2, None]}, "p": "/data/x", "lr": 1e-3})
    checkpoints(
        "omegaconf",
        dict(
            c=lambda: c,
            ck=lambda: {"cfg": c, "state_dict": nn.Linear(2, 2).state_dict()},
            t=lambda: OmegaConf.structured(Cfg),
        ),
    )


import dataclasses, enum


class Kind(enum.Enum):
    A = "a"
    B = 2


@dataclasses.dataclass
class Cfg:
    a: int = 1
    k: Kind = Kind.A
    n: "str" = "x"


@section
def accelerate_():
    import accelerate

    checkpoints(
        "accelerate",
        dict(
            s=lambda: accelerate.utils.DistributedType.NO,
            p=lambda: accelerate.utils.GradientAccumulationPlugin(),
            d=lambda: accelerate.utils.ProjectConfiguration(),
        ),
    )


@section
def ultra_():
    import ultralytics
    from ultralytics.nn.tasks import DetectionModel, ClassificationModel
    from ultralytics.utils import DEFAULT_CFG

    def ck():
        m = DetectionModel("yolov8n.yaml", nc=2, verbose=False)
        return {
            "model": m.half(),
            "ema": None,
            "train_args": vars(DEFAULT_CFG),
            "epoch": 1,
            "date": "2024",
            "version": ultralytics.__version__,
        }

    checkpoints(
        "ultralytics",
        dict(ck=ck, cls=lambda: ClassificationModel("yolov8n-cls.yaml", nc=2, verbose=False), cfg=lambda: DEFAULT_CFG),
    )

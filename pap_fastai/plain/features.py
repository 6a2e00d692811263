"""Train the head alone, on the frozen body of a pretrained network, with fastai: `python features.py images.csv --epochs 50`

The CSV has the columns image (relative to its folder), label and split (train, valid, test). The last line of stdout is JSON: the
seconds of each epoch (training and validation), the accuracy on the test part, and where it ran."""
import argparse, json, time
import pandas as pd
import torchvision
from fastai.vision.all import *

class Clock(Callback):
    "Seconds of each epoch; fastai's own column `time` has whole seconds"
    def before_fit(self): self.seconds = []
    def before_epoch(self): self.started = time.perf_counter()
    def after_epoch(self): self.seconds.append(time.perf_counter() - self.started)

def get_dls(df, a):
    tfms = [Normalize.from_stats(*imagenet_stats)] if a.weights == 'none' else [] # with pretrained weights vision_learner adds it
    known = df[df['split'] != 'test'].assign(is_valid=lambda o: o['split'] == 'valid')
    return ImageDataLoaders.from_df(known, path=a.csv.parent, fn_col='image', label_col='label', valid_col='is_valid', bs=a.batch_size,
                                    item_tfms=Resize(a.size, method=ResizeMethod.Squish), batch_tfms=tfms, num_workers=a.workers, drop_last=False)

def get_learner(dls, a):
    arch = getattr(torchvision.models, a.arch, a.arch) # a function of torchvision's, or a name of timm's
    if a.weights == 'none': return vision_learner(dls, arch, metrics=accuracy, pretrained=False)
    weights = {} if a.weights == 'imagenet' else dict(pretrained_cfg_overlay=dict(file=a.weights)) # timm's weights from a file: no download
    return vision_learner(dls, arch, metrics=accuracy, **weights)

def parse():
    p = argparse.ArgumentParser(description='Train the head of a network with fastai')
    p.add_argument('csv', type=Path, help='columns image,label,split')
    p.add_argument('--arch', default='resnet18')
    p.add_argument('--weights', default='imagenet', help="imagenet, none, or a file of timm's weights")
    p.add_argument('--epochs', type=int, default=50)
    p.add_argument('--lr', type=float, default=1e-3)
    p.add_argument('--batch_size', type=int, default=64)
    p.add_argument('--size', type=int, default=224)
    p.add_argument('--workers', type=int, default=0)
    p.add_argument('--device', help='cpu: use no GPU')
    p.add_argument('--seed', type=int, default=0)
    return p.parse_args()

if __name__ == '__main__':
    a = parse()
    if a.device == 'cpu': default_device(False)
    set_seed(a.seed)
    df = pd.read_csv(a.csv)
    dls = get_dls(df, a)
    learn, clock = get_learner(dls, a), Clock()
    learn.freeze()
    if dls.device.type == 'cuda': learn.to_fp16()
    with learn.no_bar():
        learn.fit_one_cycle(a.epochs, a.lr, cbs=clock)
        _, score = learn.validate(dl=dls.test_dl(df[df['split'] == 'test'], with_labels=True))
    print(json.dumps(dict(epochs=clock.seconds, accuracy=float(score), device=dls.device.type, precision='fp16' if dls.device.type == 'cuda' else 'fp32')))

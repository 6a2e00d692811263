"""Go through the training batches of a data set with fastai, opening each image every time: `python load.py images.csv`

The CSV has the columns image (relative to its folder), label and split (train, valid, test). The last line of stdout is JSON: the
seconds of each pass and the number of images in it."""
import argparse, json, time
import pandas as pd
from fastai.vision.all import *

def get_dls(df, a):
    known = df[df['split'] != 'test'].assign(is_valid=lambda o: o['split'] == 'valid')
    return ImageDataLoaders.from_df(known, path=a.csv.parent, fn_col='image', label_col='label', valid_col='is_valid', bs=a.batch_size,
                                    item_tfms=Resize(a.size, method=ResizeMethod.Squish), batch_tfms=Normalize.from_stats(*imagenet_stats),
                                    num_workers=a.workers, drop_last=False)

def parse():
    p = argparse.ArgumentParser(description='Read a data set with fastai')
    p.add_argument('csv', type=Path, help='columns image,label,split')
    p.add_argument('--epochs', type=int, default=3, help='passes over the training part')
    p.add_argument('--batch_size', type=int, default=16)
    p.add_argument('--size', type=int, default=224)
    p.add_argument('--workers', type=int, default=0)
    p.add_argument('--device', help='cpu: use no GPU')
    return p.parse_args()

if __name__ == '__main__':
    a, seconds = parse(), []
    if a.device == 'cpu': default_device(False)
    dls = get_dls(pd.read_csv(a.csv), a)
    for _ in range(a.epochs):
        started = time.perf_counter()
        images = sum(len(x) for x, y in dls.train)
        if dls.device.type == 'cuda': torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    print(json.dumps(dict(epochs=seconds, images=images, device=dls.device.type)))

"""Predict a folder of images with an exported fastai Learner: `python predict.py model.pkl FOLDER out.csv`

In batches by `get_preds`, or with --one_by_one by a loop of `learn.predict`. `load_learner` runs what is in the file: open only your own."""
import argparse
import pandas as pd
from fastai.vision.all import *

def parse():
    p = argparse.ArgumentParser(description='Predict a folder of images with fastai')
    p.add_argument('model', type=Path, help='written by learn.export')
    p.add_argument('folder', type=Path)
    p.add_argument('out', type=Path, help='CSV to write')
    p.add_argument('--batch_size', type=int, default=64)
    p.add_argument('--workers', type=int, default=0)
    p.add_argument('--one_by_one', action='store_true')
    return p.parse_args()

if __name__ == '__main__':
    a = parse()
    learn = load_learner(a.model, cpu=not torch.cuda.is_available())
    files = sorted(get_image_files(a.folder))
    with learn.no_bar():
        if a.one_by_one: probs = torch.stack([learn.predict(o)[2] for o in files])
        else: probs, _ = learn.get_preds(dl=learn.dls.test_dl(files, bs=a.batch_size, num_workers=a.workers))
    table = pd.DataFrame(probs.numpy(), columns=[f'p_{o}' for o in learn.dls.vocab])
    table.insert(0, 'image', [o.name for o in files])
    table.to_csv(a.out, index=False)

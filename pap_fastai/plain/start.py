"""What every fastai script does before it begins: import fastai, read the table of images: `python start.py images.csv`

The last line of stdout is JSON: the time of day (seconds since 1970) at which it was done."""
import sys, json, time
import pandas as pd
from fastai.vision.all import *

if __name__ == '__main__':
    df = pd.read_csv(sys.argv[1])
    print(json.dumps(dict(at=time.time(), images=len(df))))

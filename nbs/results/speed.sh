#!/usr/bin/env bash
# The figures of speed.ipynb, measured anew: `PAP_DATA=<folder with SIPaKMeD's cells> bash nbs/results/speed.sh [names]`.
# On a machine with nothing else to do. Minutes on two cores are written behind each name; without names all are run.
# Rows are added to speed_<what>.csv beside this file: remove it first to begin anew.
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
: "${PAP_DATA:?set it to the folder with the cells of SIPaKMeD}"
bench() { pap_bench "$@" --out "$here/speed_$1.csv"; }

train_resnet18() { bench train "$PAP_DATA" --arch resnet18 --limit 400; }                                  # 5
train_resnet50() { bench train "$PAP_DATA" --arch resnet50 --limit 300; }                                  # 8
train_vgg11_bn() { bench train "$PAP_DATA" --arch vgg11_bn --limit 300; }                                  # 10
train_lite0()    { bench train "$PAP_DATA" --arch tf_efficientnet_lite0 --limit 400; }                     # 6
features()       { bench features "$PAP_DATA" --limit 5000; }                                              # 16
load()           { bench load --limit 60 --repeats 5; }                                                    # 3
predict()        { bench predict "$PAP_DATA" --arch resnet18 --limit 1000; }                               # 5
predict_lite0()  { bench predict "$PAP_DATA" --arch tf_efficientnet_lite0 --limit 1000; }                  # 5
predict_openvino() { bench predict "$PAP_DATA" --arch tf_efficientnet_lite0 --limit 1000 --engine openvino; } # 5
start()          { bench start "$PAP_DATA" --limit 5000 --repeats 5; }                                     # 3

for name in "${@:-train_resnet18 train_resnet50 train_vgg11_bn train_lite0 features load predict predict_lite0 predict_openvino start}"; do
  for one in $name; do "$one"; done
done

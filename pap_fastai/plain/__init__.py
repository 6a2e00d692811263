"""What `pap_bench` measures this project against: scripts as a good fastai user writes them, with nothing of pap_fastai in them"""

"Packaging: every fact comes from settings.ini, so that nbdev and pip read the same file."
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

here = Path(__file__).parent
parser = ConfigParser(delimiters=['='])
parser.read(here/'settings.ini', encoding='utf-8')
config = parser['DEFAULT']
words = lambda key: config.get(key, '').split()
extras = {key.removesuffix('_requirements'): words(key) for key in config if key.endswith('_requirements')}

setup(
    name=config['lib_name'], version=config['version'], description=config['description'],
    author=config['author'], author_email=config['author_email'], keywords=words('keywords'),
    license='Apache-2.0', url=config['git_url'], python_requires='>='+config['min_python'],
    classifiers=['Programming Language :: Python :: 3', 'Intended Audience :: Science/Research',
                 'Topic :: Scientific/Engineering :: Medical Science Apps.'],
    package_dir={'': '.'}, # so that `pip install -e` puts this folder on the path: a clone is called like the package, and would hide it from where it lies
    packages=find_packages(include=['pap_fastai', 'pap_fastai.*']), include_package_data=True,
    package_data={'pap_fastai': ['*.csv', '*.json']},
    install_requires=words('requirements'), extras_require=extras,
    long_description=(here/'README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    entry_points={'console_scripts': words('console_scripts'), 'nbdev': [f"{config['lib_name']}={config['lib_path']}._modidx:d"]},
)

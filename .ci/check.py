"""The checks of .ci/run, each counted once: house rules, every notebook, the main job"""
import ast, json, os, re, shutil, subprocess, sys, time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from configparser import ConfigParser
from importlib.util import find_spec
from pathlib import Path

from run_one import run_notebook

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK_LIMIT, SECONDS_LIMIT = 300_000, 60*60 # bytes of a notebook; of all notebooks together
results = [] # (name, 'passed' | 'failed' | 'skipped', seconds)

def note(name, how, seconds=0., why=''):
    "Count one check, and say how it went"
    results.append((name, how, seconds))
    print(f'{how:8}{seconds:7.1f} s  {name}' + (f': {why}' if why else ''), flush=True)

def shell(*args, **kwargs): return subprocess.run(args, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, **kwargs)

def check(f):
    "Run a check that returns what is wrong, '' for nothing"
    started, name = time.time(), f.__doc__
    try: why = f()
    except Exception as e: why = f'{type(e).__name__}: {e}'
    note(name, 'failed' if why else 'passed', time.time()-started, why)

# House rules ---------------------------------------------------------------------------------------------------------

def notebooks(): return [p for p in sorted((ROOT/'nbs').rglob('*.ipynb')) if not any(o.startswith(('.', '_')) for o in p.relative_to(ROOT/'nbs').parts)]
def cells(path): return [dict(c, source=''.join(c['source'])) for c in json.loads(path.read_text(encoding='utf-8'))['cells']]

def default_exp(path):
    "The module that a notebook makes, None for a page"
    found = [m[1] for c in cells(path) if c['cell_type'] == 'code' and (m := re.search(r'^#\|\s*default_exp\s+(\S+)', c['source'], re.M))]
    return found[0] if found else None

def installed():
    "pip check: the installed packages fit together"
    r = shell(sys.executable, '-m', 'pip', 'check')
    return '' if r.returncode == 0 else r.stdout

def clean():
    "nbdev_export and nbdev_clean leave git clean"
    def state(): return shell('git', 'status', '--short').stdout + shell('git', 'diff').stdout
    before = state()
    for tool in ('nbdev_export', 'nbdev_clean'):
        r = shell(tool)
        if r.returncode: return f'{tool} failed: {r.stderr[-2000:]}'
    if os.environ.get('CI') and before: return f'git was not clean before: {before[:2000]}'
    return '' if state() == before else f'they change files: {shell("git", "status", "--short").stdout}'

def modules():
    "each module comes from a notebook and each notebook's module is there"
    made, there = {default_exp(p) for p in notebooks()} - {None}, {p.stem for p in (ROOT/'pap_fastai').glob('*.py')} - {'_modidx'}
    return ', '.join([f'{o}.py has no notebook' for o in sorted(there - made)] + [f'{o}.py is missing' for o in sorted(made - there)])

def imported(name):
    "The modules of the package that a module imports"
    tree = ast.parse((ROOT/'pap_fastai'/f'{name}.py').read_text(encoding='utf-8'))
    return {node.module.split('.')[-1] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and (node.level or node.module.startswith('pap_fastai.'))}

def one_way():
    "modules import only what stands before them"
    order = {default_exp(p): int(p.name.split('_')[0]) for p in notebooks() if default_exp(p) and p.name[0].isdigit()}
    return ', '.join(f'{name} imports {o}' for name, number in order.items() for o in sorted(imported(name)) if order.get(o, -1) >= number)

def declared():
    "every package that a module imports is asked for in settings.ini"
    from importlib.metadata import packages_distributions
    config = ConfigParser(delimiters=['=']); config.read(ROOT/'settings.ini', encoding='utf-8')
    asked = {re.split(r'[<>=!~\[]', o)[0].lower() for k, v in config['DEFAULT'].items() if k.endswith('requirements') and k != 'dev_requirements' for o in v.split()}
    found, packages = {}, packages_distributions()
    for file in (ROOT/'pap_fastai').glob('*.py'):
        for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
            names = [o.name for o in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            for o in names: found.setdefault(o.split('.')[0], file.name)
    ours = sys.stdlib_module_names | {'pap_fastai'}
    return ', '.join(f'{file} imports {o}' for o, file in sorted(found.items()) if o not in ours and not asked & {d.lower() for d in packages.get(o, [o])})

def mapped():
    "CONTRIBUTING.md names every module's notebook, and what it is built on"
    rows = re.findall(r'^\| (?:\*\*)?`(\w+)`(?:\*\*)? \|.*\|([^|]*)\|$', (ROOT/'CONTRIBUTING.md').read_text(encoding='utf-8'), re.M)
    there, built = {p.stem: default_exp(p) for p in notebooks() if default_exp(p)}, {k: {o.strip() for o in v.split(',')} - {'', 'all'} for k,v in rows}
    wrong = [f'{o} is not named' for o in sorted(set(there) - set(built))] + [f'there is no {o}' for o in sorted(set(built) - set(there))]
    return ', '.join(wrong + [f'{k} does not import {o}' for k in sorted(set(built) & set(there)) for o in sorted(built[k] - imported(there[k]))])

def small():
    "no notebook is over 300 KB, none holds widget state"
    return ', '.join([f'{p.name}: {p.stat().st_size//1000} KB' for p in notebooks() if p.stat().st_size > NOTEBOOK_LIMIT]
                     + [f'{p.name}: widget state' for p in notebooks() if 'widgets' in json.loads(p.read_text(encoding='utf-8'))['metadata']])

def no_paths():
    "no stored output holds a path of a machine"
    def said(path): return json.dumps([{**o, 'data': {k: v for k,v in o.get('data', {}).items() if not k.startswith('image/')}} for c in cells(path) for o in c.get('outputs', [])])
    return ', '.join(p.name for p in notebooks() if re.search(r'/tmp/|/home/|/Users/|/work/', said(p)))

def readme():
    "README.md agrees with nbs/index.ipynb, which stores no messages of stderr"
    r = shell(sys.executable, '.ci/readme.py', '--check')
    return '' if r.returncode == 0 else r.stdout + r.stderr

def commands():
    "every command answers --help in half a second of processor time, and README's table names it"
    config = ConfigParser(delimiters=['=']); config.read(ROOT/'settings.ini', encoding='utf-8')
    page, wrong = (ROOT/'README.md').read_text(encoding='utf-8'), []
    for name in [o.split('=')[0] for o in config['DEFAULT']['console_scripts'].split()]:
        seconds = []
        for _ in range(3): # the best of three: the first one reads from a cold disk
            before = os.times()
            r = shell(name, '--help')
            after = os.times() # of the ended child processes: what else the machine does meanwhile does not count
            seconds.append(after.children_user + after.children_system - before.children_user - before.children_system)
            if r.returncode: wrong.append(f'{name} --help failed: {r.stderr[-500:]}'); break
        if min(seconds) > .5: wrong.append(f'{name} --help takes {min(seconds):.2f} s')
        if f'`{name}`' not in page: wrong.append(f'{name} is not in README.md')
    return '; '.join(wrong)

# Notebooks -----------------------------------------------------------------------------------------------------------

def missing_tools(path):
    "What the lines `# needs: a|b, c` in a notebook ask for and is not here: a program, a module, or an UPPER_CASE variable"
    def here(o): return bool(os.environ.get(o)) if o.isupper() else bool(shutil.which(o) or find_spec(o))
    asked = [o.strip() for c in cells(path) for line in re.findall(r'^# needs: (.*)$', c['source'], re.M) for o in line.split(',')]
    return [o for o in dict.fromkeys(asked) if not any(here(x) for x in o.split('|'))]

def plan(path, cuda):
    "Flags to run a notebook with, how many of its cells run, and the tools that are missing for its slow cells"
    from nbdev.process import NBProcessor
    code = [c for c in NBProcessor(path, process=True).nb.cells if c.cell_type == 'code' and c.source.strip()]
    directives = [getattr(c, 'directives_', {}) or {} for c in code]
    slow = any('slow' in d for d in directives)
    missing = missing_tools(path) if slow else []
    flags = ['slow']*(slow and not missing) + ['cuda']*cuda
    off = {'notest','slow','cuda'} - set(flags)
    def runs(c, d): return not off & d.keys() and d.get('eval:', [''])[0].lower() != 'false' and any(o.strip() and not o.lstrip().startswith('#') for o in c.source.splitlines())
    return flags, sum(runs(c, d) for c,d in zip(code, directives)), missing

def test_notebooks():
    "Every notebook once, two at a time, those with slow cells first"
    import torch
    cuda = torch.cuda.is_available()
    plans = {p: plan(p, cuda) for p in notebooks()}
    for p, (_, n, missing) in plans.items():
        if missing: print(f'slow cells of {p.name} are not run: {", ".join(missing)} not here')
        if not n: note(p.relative_to(ROOT).as_posix(), 'skipped', why='no cell to run')
    todo = sorted((p for p in plans if plans[p][1]), key=lambda p: (not plans[p][0], -p.stat().st_size))
    pool = ProcessPoolExecutor(2)
    jobs = {pool.submit(run_notebook, p, plans[p][0]): p for p in todo}
    try:
        for job in as_completed(jobs, timeout=SECONDS_LIMIT):
            p = jobs[job]
            try: passed, seconds = job.result()
            except BrokenProcessPool as e: passed, seconds = False, 0.
            note(p.relative_to(ROOT).as_posix() + (f' ({" ".join(plans[p][0])})' if plans[p][0] else ''), 'passed' if passed else 'failed', seconds)
    except TimeoutError:
        for job, p in jobs.items():
            if not job.done(): note(p.relative_to(ROOT).as_posix(), 'failed', SECONDS_LIMIT, 'not finished in time')
        for worker in list(pool._processes.values()): worker.kill()
    pool.shutdown(wait=True, cancel_futures=True)

# The main job --------------------------------------------------------------------------------------------------------

def main_job():
    "pap_train without arguments trains, evaluates and saves"
    env = {k: v for k,v in os.environ.items() if k != 'OMP_NUM_THREADS'}
    r = shell('pap_train', env=env)
    print(r.stderr[-3000:])
    if r.returncode: return f'exit code {r.returncode}'
    run = Path(r.stdout.splitlines()[-1])
    missing = [o for o in ('config.json','index.csv','history.csv','predictions.csv','metrics.json','model/model.safetensors','model/config.json','report.html') if not (run/o).is_file()]
    if missing: return f'{run.name} lacks {", ".join(missing)}'
    metrics = json.loads((run/'metrics.json').read_text())
    low = metrics['test']['accuracy']['low']
    return '' if low > 1/len(metrics['data']['classes']) else f'no better than chance: accuracy at least {low:.2f}'

if __name__ == '__main__':
    started = time.time()
    print('== house rules')
    for f in (installed, clean, modules, one_way, declared, mapped, small, no_paths, readme, commands): check(f)
    print(f'== notebooks, {time.time()-started:.0f} s after the installation')
    test_notebooks()
    print(f'== the main job, {time.time()-started:.0f} s after the installation')
    check(main_job)
    count = {k: sum(how == k for _, how, _ in results) for k in ('passed','failed','skipped')}
    print(f'{time.time()-started:.0f} s in all, without the installation')
    for name, how, _ in results:
        if how == 'failed': print(f'failed: {name}')
    print('{passed} passed, {failed} failed, {skipped} skipped'.format(**count), flush=True)
    sys.exit(1 if count['failed'] else 0)

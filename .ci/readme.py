"""README.md from nbs/index.ipynb: text as it stands, code and its text output in fences; the epoch lines that index stores of stderr are removed there.
`--check` compares and writes nothing"""
import json, re, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INDEX = ROOT/'nbs'/'index.ipynb'
FIRST = '<!-- Made from nbs/index.ipynb by `python .ci/readme.py`: change it there -->\n\n'

def fenced(text, language=''): return f'```{language}\n{text.strip()}\n```\n'

def output_text(output):
    "The text of one output, '' for a picture"
    return ''.join(output.get('text', '')) or ''.join(output.get('data', {}).get('text/plain', '') if 'image/png' not in output.get('data', {}) else '')

def cell_text(cell):
    "A cell as Markdown; '' for one that the page does not show"
    source = ''.join(cell['source'])
    if cell['cell_type'] == 'markdown': return re.sub(r'\]\((?!https?:|#)', '](nbs/', source).strip() + '\n'
    if re.search(r'^#\|\s*hide', source, re.M): return ''
    shown = '\n'.join(o for o in source.splitlines() if not o.startswith('#|'))
    results = [fenced(t) for o in cell['outputs'] if o.get('name') != 'stderr' and (t := output_text(o).strip())]
    hidden = re.search(r'^#\|\s*echo:\s*false', source, re.M) # the output without the code
    return '\n'.join(([] if hidden else [fenced(shown, 'python')]) + results)

def readme(): return FIRST + '\n'.join(filter(None, map(cell_text, json.loads(INDEX.read_text(encoding='utf-8'))['cells'])))

def messages(cell): return [o for o in cell.get('outputs', []) if o.get('name') == 'stderr']

def drop_messages():
    "Take what went to stderr out of the stored outputs of index"
    page = json.loads(INDEX.read_text(encoding='utf-8'))
    if not any(map(messages, page['cells'])): return
    for cell in page['cells']:
        if messages(cell): cell['outputs'] = [o for o in cell['outputs'] if o not in messages(cell)]
    INDEX.write_text(json.dumps(page, sort_keys=True, indent=1, ensure_ascii=False) + '\n', encoding='utf-8') # as nbdev_clean writes it

if __name__ == '__main__':
    path = ROOT/'README.md'
    if '--check' not in sys.argv:
        drop_messages()
        path.write_text(readme(), encoding='utf-8')
    elif path.read_text(encoding='utf-8') != readme(): sys.exit('README.md is not what nbs/index.ipynb says: run python .ci/readme.py')
    elif any(map(messages, json.loads(INDEX.read_text(encoding='utf-8'))['cells'])): sys.exit('nbs/index.ipynb stores messages of stderr: run python .ci/readme.py')

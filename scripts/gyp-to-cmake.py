"""Tells CMake what binding.gyp says, so that the sources and flags of the addons are listed once.

Usage: gyp-to-cmake.py BINDING_GYP OUTPUT, with OUTPUT a file of CMake commands.
"""

import ast
import os
import re
import subprocess
import sys

GYP_OS = {'linux': 'linux', 'darwin': 'mac'}[sys.platform]

# What node-gyp builds with as well, and CMake or its caller chooses for itself.
IGNORED = {'target_name', 'product_name', 'product_extension', 'type', 'conditions', 'xcode_settings', 'cflags', 'cflags!', 'cflags_cc!'}
KNOWN = {'sources', 'defines', 'include_dirs', 'cflags_cc', 'libraries', 'ldflags', 'dependencies'}

# By gyp's type of a target: how CMake makes one, and the function of CMakeLists.txt that sees to the rest.
TYPES = {
    'loadable_module': ('add_library({} MODULE', 'hvkit_addon'),
    'static_library': ('add_library({} STATIC', 'hvkit_library'),
    'executable': ('add_executable({}', 'hvkit_program'),
}


def main(binding, output):
    root = os.path.dirname(os.path.abspath(binding))
    with open(binding, encoding='utf8') as file:
        gyp = ast.literal_eval(file.read())
    defaults = with_conditions(gyp.get('target_defaults', {}))
    lines = [command(root, merge(defaults, with_conditions(target))) for target in gyp['targets']]
    with open(output, 'w', encoding='utf8') as file:
        file.write('\n'.join(lines))


def with_conditions(settings):
    """The settings with those of the conditions that hold here."""
    for condition, when_true, *when_false in settings.get('conditions', []):
        match = re.fullmatch(r'OS\s*(==|!=)\s*"(\w+)"', condition)
        if not match:
            raise SystemExit(f'binding.gyp: this condition is not understood: {condition}')
        holds = (GYP_OS == match[2]) == (match[1] == '==')
        settings = merge(settings, when_true if holds else dict(*when_false))
    return settings


def merge(one, other):
    merged = dict(one)
    for key, value in other.items():
        merged[key] = merged[key] + value if isinstance(value, list) and key in merged else value
    return merged


def command(root, target):
    unknown = target.keys() - IGNORED - KNOWN
    if unknown:
        raise SystemExit(f'binding.gyp: {", ".join(sorted(unknown))}: gyp-to-cmake.py does not know what to do with it')
    name = target['target_name']
    values = {key: expand(root, target.get(key, [])) for key in KNOWN}
    # The C++ standard is a matter of CMake's own.
    flags = [flag for flag in values['cflags_cc'] if not flag.startswith('-std=')]
    # Of headers that are not ours no warnings are wanted.
    others = [folder for folder in values['include_dirs'] if 'node_modules' in folder]
    own = [folder for folder in values['include_dirs'] if folder not in others]
    # node-gyp's own default is an addon.
    add, see_to = TYPES[target.get('type', 'loadable_module')]
    module = '' if target.get('type') == 'executable' else f'NODE_GYP_MODULE_NAME={name}'
    return '\n'.join(
        [
            f'{add.format(name)} {quote(values["sources"])})',
            f'target_include_directories({name} PRIVATE {quote(own)})',
            f'target_include_directories({name} SYSTEM PRIVATE {quote(others)})',
            f'target_compile_definitions({name} PRIVATE {module} {quote(values["defines"])})',
            f'target_compile_options({name} PRIVATE {quote(flags)})',
            f'target_link_libraries({name} PRIVATE {quote(values["dependencies"] + values["libraries"])})',
            f'target_link_options({name} PRIVATE {quote(values["ldflags"])})',
            f'{see_to}({name})',
            '',
        ]
    )


def expand(root, items):
    """gyp's `<!(command)` and `<!@(command)` stand for what a command prints."""
    expanded = []
    for item in items:
        is_command = re.fullmatch(r'<!(@?)\((.*)\)', item)
        if is_command:
            printed = subprocess.run(is_command[2], shell=True, cwd=root, check=True, capture_output=True, text=True)
            expanded += printed.stdout.split() if is_command[1] else [printed.stdout.strip()]
        elif '<' in item:
            raise SystemExit(f'binding.gyp: this is not understood: {item}')
        else:
            expanded.append(item)
    return expanded


def quote(items):
    return ' '.join('"' + re.sub(r'(["\\$;])', r'\\\1', item) + '"' for item in items)


if __name__ == '__main__':
    main(*sys.argv[1:])

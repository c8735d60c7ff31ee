#!/usr/bin/env python3
"""collect.py OUT.h OUT.c SOURCE...   make the tables of everything declared in the sources

A type, method, module function, opcode or interned name is declared once, where it is implemented:
    TYPE(list, ...)                      METHOD(list, append, "($self, object, /)") { ... }
    EXCEPTION(ValueError, Exception, ..) CLASS_METHOD, STATIC_METHOD, VM_METHOD likewise
    GETTER(list, x)  SETTER(list, x)     FUNCTION(math, sqrt, "(x, /)") { ... }   VM_FUNCTION
    OP(ADD) { ... }                      MODULE(math, "doc")   MODULE_INIT(math) { ... }
    NAME(append)
This script finds these words and writes enums (OUT.h) and const tables (OUT.c). The comment right
above a declaration becomes its doc string. The files keep their own line numbers for debuggers.
"""
import io
import os
import re
import sys

STRING = r'"(?:\\.|[^"\\])*"'
CALLABLE = re.compile(
    r'^(VM_METHOD|CLASS_METHOD|STATIC_METHOD|METHOD|VM_FUNCTION|FUNCTION)\(\s*(\w+),\s*(\w+),\s*'
    r'((?:%s\s*)+)\)' % STRING, re.M)
TYPE = re.compile(r'^(?:TYPE|EXCEPTION)\(\s*(\w+)\s*,', re.M)
ACCESSOR = re.compile(r'^(GETTER|MEMBER|SETTER)\((\w+),\s*(\w+)\)', re.M)
MODULE = re.compile(r'^MODULE\((\w+),\s*((?:%s\s*)+)\)' % STRING, re.M)
MODULE_INIT = re.compile(r'^MODULE_INIT\((\w+)\)', re.M)
OP = re.compile(r'^OP\((\w+)\)', re.M)
NAME = re.compile(r'\bNAME\((\w+)\)')
COMMENT_ABOVE = re.compile(r'/\*((?:[^*]|\*(?!/))*)\*/\s*\Z')
SORTS = {'METHOD': 'NATIVE_METHOD', 'VM_METHOD': 'NATIVE_METHOD', 'FUNCTION': '0', 'VM_FUNCTION': '0',
         'CLASS_METHOD': 'NATIVE_CLASS_METHOD', 'STATIC_METHOD': 'NATIVE_STATIC_METHOD'}


def quoted(text):
    """text as a C string literal"""
    out = []
    for byte in text.encode():
        char = chr(byte)
        out.append('\\' + char if char in '"\\' else '\\n' if char == '\n'
                   else char if 32 <= byte < 127 else '\\%03o' % byte)
    return '"' + ''.join(out) + '"'


def unquoted(literals):
    """the text of adjacent C string literals"""
    parts = re.findall(STRING, literals)
    return ''.join(part[1:-1] for part in parts).encode().decode('unicode_escape')


def doc_above(text, position):
    """the comment that ends right above the position, without its stars"""
    start = text.rfind('/*', 0, position)
    found = COMMENT_ABOVE.search(text[start:position]) if start >= 0 else None
    if not found:
        return ''
    lines = [re.sub(r'^\s*\* ?', '', line).rstrip() for line in found.group(1).split('\n')]
    return '\n'.join(lines).strip()


def split_parameters(signature):
    """the parameters of '(a, b=(1, 2), *, c)' as texts"""
    parts, depth, quote, part = [], 0, '', ''
    for char in signature.strip()[1:-1]:
        if quote:
            quote = '' if char == quote else quote
        elif char in '\'"':
            quote = char
        elif char in '([{':
            depth += 1
        elif char in ')]}':
            depth -= 1
        if char == ',' and not depth and not quote:
            parts.append(part.strip())
            part = ''
        else:
            part += char
    return [p for p in parts + [part.strip()] if p]


class Signature:
    """what the binder of arguments must know"""

    def __init__(self, text):
        self.names, self.rest = [], []
        self.positional = self.positional_only = self.required = self.required_keywords = 0
        keyword_only = False
        for part in split_parameters(text):
            if part.startswith('$'):
                continue
            if part == '/':
                self.positional_only = len(self.names)
            elif part.startswith('**'):
                self.rest.append('NATIVE_VARKW')
                self.names.append(part[2:])
            elif part.startswith('*'):
                keyword_only = True
                if part != '*':
                    self.rest.append('NATIVE_VARARGS')
            else:
                name, _, default = part.partition('=')
                self.names.append(name.strip())
                self.count(keyword_only, bool(default))

    def count(self, keyword_only, has_default):
        if keyword_only:
            self.required_keywords += not has_default
        else:
            self.positional += 1
            self.required += not has_default


class Collection:
    def __init__(self):
        self.types, self.ops, self.modules, self.names = [], [], {}, set()
        self.callables, self.accessors, self.inits = [], {}, set()

    def read(self, path):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        self.types += TYPE.findall(text)
        for found in OP.finditer(text):
            self.ops.append((found.group(1), doc_above(text, found.start())))
        for found in MODULE.finditer(text):
            self.modules[found.group(1)] = unquoted(found.group(2))
        self.inits.update(MODULE_INIT.findall(text))
        self.names.update(NAME.findall(text))
        for found in CALLABLE.finditer(text):
            macro, owner, name, signature = found.groups()
            self.callables.append((macro, owner, name, unquoted(signature),
                                   doc_above(text, found.start())))
        for found in ACCESSOR.finditer(text):
            macro, owner, name = found.groups()
            entry = self.accessors.setdefault(owner, {}).setdefault(name, {})
            entry['GETTER' if macro == 'MEMBER' else macro] = doc_above(text, found.start())
            entry['is_member'] = entry.get('is_member', False) or macro == 'MEMBER'

    def ordered_types(self):
        first = [t for t in ('object', 'type') if t in self.types]
        return first + sorted(set(self.types) - set(first))

    def intrinsics(self):
        return [owner + '_' + name for macro, owner, name, _, _ in self.callables
                if macro.startswith('VM_')]


def enum(title, prefix, words, last=None):
    lines = ['typedef enum %s {' % title] + ['    %s%s,' % (prefix, word) for word in words]
    return '\n'.join(lines + ['    %s,' % last if last else '', '} %s;' % title]) + '\n'


def write_header(found, out):
    out.write('/* Made by tools/collect.py. */\n#ifndef APY_TABLES_GEN_H\n#define APY_TABLES_GEN_H\n\n')
    out.write(enum('TypeId', 'TYPE_', found.ordered_types(), 'TYPE_COUNT'))
    out.write(enum('NameId', 'NAME_', sorted(found.names - {'text'}), 'NAME_COUNT'))
    out.write(enum('OpCode', 'OP_', [name for name, _ in found.ops], 'OP_COUNT'))
    out.write(enum('ModuleId', 'MODULE_', sorted(found.modules), 'MODULE_COUNT'))
    out.write(enum('IntrinsicId', 'INTRINSIC_', ['none'] + found.intrinsics()))
    out.write('\n/* One line an opcode: X(NAME) */\n#define FOR_EACH_OP(X) \\\n')
    out.write(''.join('    X(%s) \\\n' % name for name, _ in found.ops) + '\n')
    out.write('extern const char name_texts[];\nextern const char *const op_names[];\n')
    out.write('extern const char *const op_docs[];\n'
              '/* Words of cache behind the instruction: "+2" in its doc. */\n'
              'extern const unsigned char op_cache_words[];\n\n#endif\n')


PLAIN_MOST = 7


def plain_end(macro, signature):
    """one more than the most arguments of a plain call (objects/native.h), or 0"""
    count = len(signature.names)
    is_plain = not signature.rest and count == signature.positional and count <= PLAIN_MOST
    return count + 1 if is_plain and not macro.startswith('VM_') else 0


def write_callable(entry, found, out):
    macro, owner, name, text, doc = entry
    # "(A) shown (B)": arguments are matched as A says, __text_signature__ is B; "(A) hidden": None;
    # "(A) keywords of f": a wrong keyword is said to be f's
    text, _, shown = text.partition(' shown ')
    text, _, passed_to = text.partition(' keywords of ')
    text, hidden, _ = text.partition(' hidden')
    text, as_def, _ = text.partition(' as def')
    text, with_class, _ = text.partition(' with class')
    signature = Signature(text)
    is_method = 'METHOD' in macro
    function = '%s_%s_%s' % (owner, name, 'method' if is_method else 'function')
    out.write('Value %s(VM *vm, Value *args, u32 nargs);\n' % function)
    out.write('static const char *const %s_parameters[] = {%sNULL};\n' % (
        function, ''.join('"%s", ' % n for n in signature.names)))
    fields = [('name', quoted(name)), ('function', function), ('signature', 'NULL' if hidden else quoted(shown or text)),
              ('doc', quoted(doc) if doc else 'NULL'), ('parameters', function + '_parameters'),
              ('sort', SORTS[macro]), ('rest', ' | '.join(signature.rest) or '0'),
              ('words', 'NATIVE_WORDS_SCRIPT' if as_def else 'NATIVE_WORDS_CLASS' if with_class else '0'),
              ('named', len(signature.names)), ('positional', signature.positional),
              ('positional_only', signature.positional_only), ('required', signature.required),
              ('required_keywords', signature.required_keywords),
              ('plain_least', signature.required), ('plain_end', plain_end(macro, signature)),
              ('keywords_of', quoted(passed_to or name)),
              ('owner', 'TYPE_' + owner if is_method else 'MODULE_' + owner),
              ('intrinsic', 'INTRINSIC_%s_%s' % (owner, name) if macro[:3] == 'VM_' else '0')]
    out.write('static const NativeSpec %s_spec = {%s};\n' % (
        function, ', '.join('.%s = %s' % field for field in fields)))


def write_list(kind, owner, found, out):
    """the callables of one type or module; gives their count"""
    suffix = 'method' if kind == 'METHOD' else 'function'
    mine = [e for e in found.callables if e[1] == owner and e[0].endswith(kind)]
    if mine:
        out.write('static const NativeSpec *const %s_%ss[] = {%s};\n' % (
            owner, suffix, ', '.join('&%s_%s_%s_spec' % (owner, e[2], suffix) for e in mine)))
    return len(mine)


def write_accessors(owner, found, out):
    accessors = found.accessors.get(owner, {})
    for name, parts in accessors.items():
        out.write('GETTER(%s, %s);\n' % (owner, name))
        if 'SETTER' in parts:
            out.write('SETTER(%s, %s);\n' % (owner, name))
    if accessors:
        rows = ['    {"%s", %s_%s_getter, %s, %s, %s},' % (
            name, owner, name, '%s_%s_setter' % (owner, name) if 'SETTER' in parts else 'NULL',
            quoted(parts['GETTER']) if parts.get('GETTER') else 'NULL',
            'true' if parts.get('is_member') else 'false')
            for name, parts in accessors.items()]
        out.write('static const GetterSpec %s_getters[] = {\n%s\n};\n' % (owner, '\n'.join(rows)))
    return len(accessors)


def write_types(found, out):
    rows = []
    for name in found.ordered_types():
        methods = write_list('METHOD', name, found, out)
        getters = write_accessors(name, found, out)
        out.write('extern const TypeSpec %s_type_spec;\n' % name)
        rows.append('    {&%s_type_spec, %s, %s, %d, %d},' % (
            name, name + '_methods' if methods else 'NULL',
            name + '_getters' if getters else 'NULL', methods, getters))
    out.write('\nconst TypeTable type_tables[] = {\n%s\n    {0},\n};\n\n' % '\n'.join(rows))


def write_modules(found, out):
    rows = []
    for name in sorted(found.modules):
        count = write_list('FUNCTION', name, found, out)
        if name in found.inits:
            out.write('bool %s_module_init(VM *vm, Value module);\n' % name)
        rows.append('    {"%s", %s, %s, %d, %s},' % (
            name, quoted(found.modules[name]), name + '_functions' if count else 'NULL', count,
            name + '_module_init' if name in found.inits else 'NULL'))
    out.write('\nconst ModuleSpec module_specs[] = {\n%s\n    {0},\n};\n\n' % '\n'.join(rows))


def write_source(found, out):
    out.write('/* Made by tools/collect.py. */\n#include "objects/native.h"\n#include "objects/vm.h"\n\n')
    for entry in found.callables:
        write_callable(entry, found, out)
    write_types(found, out)
    write_modules(found, out)
    words = [re.match(r'%s [^:]*\+(\d):?' % name, doc) for name, doc in found.ops]
    out.write('const unsigned char op_cache_words[] = {%s};\n' % ', '.join(
        word.group(1) if word else '0' for word in words))
    # one piece of memory, read through at every start
    out.write('const char name_texts[] =\n%s;\n' % '\n'.join(
        '    "%s\\0"' % name for name in sorted(found.names - {'text'})))
    for title, texts in (('op_names', [name for name, _ in found.ops]),
                         ('op_docs', [doc for _, doc in found.ops])):
        out.write('const char *const %s[] = {\n%s\n    NULL,\n};\n' % (
            title, '\n'.join('    %s,' % quoted(text) for text in texts)))


def check(found):
    """what would otherwise fail far from its cause"""
    problems = []
    for kind, owners in (('METHOD', set(found.types)), ('FUNCTION', set(found.modules))):
        problems += ['%s(%s, %s): no such %s' % (e[0], e[1], e[2],
                                                 'TYPE' if kind == 'METHOD' else 'MODULE')
                     for e in found.callables if e[0].endswith(kind) and e[1] not in owners]
    for words in (found.types, [name for name, _ in found.ops]):
        problems += ['%s is declared twice' % w for w in sorted({w for w in words if words.count(w) > 1})]
    return problems


def write_if_changed(path, write, found):
    """an unchanged header must keep its time: everything depends on it"""
    out = io.StringIO()
    write(found, out)
    if os.path.exists(path):
        with open(path, encoding='utf-8') as file:
            if file.read() == out.getvalue():
                return
    with open(path, 'w', encoding='utf-8') as file:
        file.write(out.getvalue())


def main(header, source, paths):
    found = Collection()
    for path in paths:
        found.read(path)
    problems = check(found)
    if problems:
        sys.exit('collect.py: ' + '; '.join(problems))
    write_if_changed(header, write_header, found)
    write_if_changed(source, write_source, found)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], sys.argv[3:])

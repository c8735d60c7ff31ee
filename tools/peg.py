"""Make the tables that parser/peg.c interprets from parser/errors.peg.

    peg.py errors.peg token.def peg.gen.c
"""
import re
import sys

# Kinds of shapes that are not nodes of the syntax tree.
EXTRA_KINDS = {"BytesConstant", "InPair", "Mapping", "OtherPair"}
CONTENT = {"NAME", "INTEGER", "FLOAT", "IMAGINARY", "STRING", "BYTES"}

WORD = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
      | (?P<literal>'[^']+')
      | (?P<soft>"[^"]+")
      | (?P<word>\w+)
      | (?P<mark>->|&&|[][()|&!~*+.=:])""",
    re.X)


class Item:
    def __init__(self, op, what, other=0, captures=False):
        self.op, self.what, self.other, self.captures = op, what, other, captures
        self.name = None


class Alternative:
    def __init__(self, items, result, code):
        self.items, self.result, self.code = items, result, code


class Rule:
    def __init__(self, name, flags):
        self.name, self.flags, self.alternatives = name, flags, []


class Reader:
    """Reads the grammar; groups become rules without a name of their own."""

    def __init__(self, text, tokens):
        self.text, self.at, self.tokens = text, 0, tokens
        self.rules, self.words, self.waiting = [], [], []

    def fail(self, message):
        line = self.text.count("\n", 0, self.at) + 1
        raise SystemExit(f"errors.peg:{line}: {message}")

    def peek(self):
        while True:
            found = WORD.match(self.text, self.at)
            if not found or found.lastgroup != "space":
                break
            self.at = found.end()
        if found:
            return found.lastgroup, found.group()
        return ("code", "{") if self.text[self.at:self.at + 1] == "{" else ("end", "")

    def take(self, expected=None):
        kind, value = self.peek()
        if expected and value != expected:
            self.fail(f"expected {expected}, found {value}")
        self.at += len(value)
        return kind, value

    def is_rule_start(self):
        self.peek()
        return bool(re.match(r"\w+(?: \(\w+\))?:", self.text[self.at:])) and (
            self.at == 0 or self.text[self.at - 1] == "\n")

    def read(self):
        while self.peek()[0] != "end":
            if not self.is_rule_start():
                self.fail("expected a rule")
            rule = Rule(self.take()[1], set())
            if self.peek()[1] == "(":
                self.take()
                rule.flags.add(self.take()[1])
                self.take(")")
            self.take(":")
            self.rules.append(rule)
            while self.peek()[1] == "|":
                self.take()
                rule.alternatives.append(self.alternative())
        return self.rules

    def alternative(self):
        items = []
        result = code = None
        while True:
            kind, value = self.peek()
            if value == "->":
                self.take()
                result = self.take()[1]
            elif kind == "code":
                code = self.code()
            elif value in ("|", ")", "]", "") or self.is_rule_start():
                return Alternative(items, result, code)
            else:
                items.append(self.named_item())

    def code(self):
        """From { to its } , braces in strings apart."""
        depth, start = 0, self.at
        for found in re.compile(r'"(?:\\.|[^"\\])*"|[{}]').finditer(self.text, self.at):
            depth += {"{": 1, "}": -1}.get(found.group(), 0)
            if depth == 0:
                self.at = found.end()
                return self.text[start:self.at]
        self.fail("open brace")

    def named_item(self):
        named = re.compile(r"([a-z]+)=(?!\s)").match(self.text, self.at)
        if named:
            self.at = named.end()
        item = self.item()
        if named:
            item.name = named.group(1)
        return item

    def item(self):
        kind, value = self.peek()
        if value == "~":
            self.take()
            return Item("CUT", 0)
        if value == "&&":
            self.take()
            return Item("FORCE", self.token(self.take()[1]))
        if value in ("&", "!"):
            self.take()
            return Item("AND" if value == "&" else "NOT", self.wrap(self.atom()))
        if value == "[":
            self.take()
            rule = self.group("]")
            return Item("OPTIONAL", rule, captures=True)
        item = self.atom()
        kind, value = self.peek()
        if value == "." and item.op == "TOKEN":
            self.take()
            repeated = self.atom()
            self.take("+")
            return Item("GATHER", self.wrap(repeated), item.what, captures=True)
        if value in ("*", "+"):
            self.take()
            op = "STAR" if value == "*" else "PLUS"
            return Item(op, self.wrap(item), captures=True)
        return item

    def token(self, literal):
        if literal[1:-1] not in self.tokens:
            self.fail(f"no token {literal}")
        return "TOKEN_" + self.tokens[literal[1:-1]]

    def atom(self):
        kind, value = self.take()
        if kind == "literal":
            return Item("TOKEN", self.token(value))
        if kind == "soft":
            word = value[1:-1].rstrip("~")
            if word not in self.words:
                self.words.append(word)
            return Item("WORD", self.words.index(word), int(value.endswith('~"')))
        if value == "(":
            return Item("CALL", self.group(")"), captures=True)
        if kind == "word" and value.isupper():
            return Item("TOKEN", "TOKEN_" + value, captures=value in CONTENT)
        if kind == "word":
            return Item("CALL", value, captures=True)
        self.fail(f"unexpected {value}")

    def group(self, close):
        rule = Rule(f"group{len(self.waiting)}", set())
        self.waiting.append(rule)
        rule.alternatives.append(self.alternative())
        while self.peek()[1] == "|":
            self.take()
            rule.alternatives.append(self.alternative())
        self.take(close)
        return rule.name

    def wrap(self, item):
        """The item as a rule."""
        if item.op == "CALL":
            return item.what
        rule = Rule(f"group{len(self.waiting)}", set())
        rule.alternatives.append(Alternative([item], None, None))
        self.waiting.append(rule)
        return rule.name


def result_of(alternative):
    """(index of the item that is the result or -1, kind of the shape made otherwise)"""
    names = {item.name: i for i, item in enumerate(alternative.items) if item.name}
    if alternative.result in names:
        return names[alternative.result], "SHAPE_LIST"
    if alternative.result:
        prefix = "SHAPE_" if alternative.result in EXTRA_KINDS else "NODE_"
        return -1, prefix + alternative.result
    solid = [i for i, item in enumerate(alternative.items)
             if item.op not in ("AND", "NOT", "CUT")]
    captures = [i for i in solid if alternative.items[i].captures]
    if len(solid) == 1:
        return solid[0], "SHAPE_LIST"
    return (captures[0], "SHAPE_LIST") if len(captures) == 1 else (-1, "SHAPE_LIST")


def is_invalid(alternative):
    """With more in it than an invalid_ rule, CPython tries it in both readings."""
    first = alternative.items[0]
    return (len(alternative.items) == 1 and first.op == "CALL"
            and first.what.startswith("invalid_"))


class Writer:
    def __init__(self, rules, words, out):
        self.rules, self.words, self.out = rules, words, out
        self.number = {rule.name: i for i, rule in enumerate(rules)}
        self.actions = 0

    def write(self):
        self.out("/* Made by tools/peg.py from parser/errors.peg. */")
        self.out('#include "parser/peg.h"')
        for rule in self.rules:
            for alternative in rule.alternatives:
                if alternative.code:
                    self.write_action(alternative)
        self.write_tables()
        for name in ("file", "interactive", "expression_input"):
            self.out(f"const u16 peg_rule_{name} = {self.number[name]};")

    def write_action(self, alternative):
        alternative.action = self.actions
        name = f"action{self.actions}"
        self.out(f"\nstatic void {name}(Peg *peg, Shape **v, Shape *result) {{")
        self.out("    (void)peg, (void)v, (void)result;")
        for i, item in enumerate(alternative.items):
            if item.name and re.search(rf"\b{item.name}\b", alternative.code):
                self.out(f"    Shape *{item.name} = v[{i}];")
        self.out(f"    {alternative.code}\n}}")
        self.actions += 1

    def item_row(self, item):
        what = item.what
        if item.op not in ("TOKEN", "WORD", "CUT", "FORCE"):
            if what not in self.number:
                raise SystemExit(f"errors.peg: no rule {what}")
            what = self.number[what]
        captures = "true" if item.captures else "false"
        return f"    {{PEG_{item.op}, {captures}, {what}, {item.other}}},"

    def write_tables(self):
        items, alternatives, rules = [], [], []
        for rule in self.rules:
            flags = " | ".join(f"PEG_IS_{flag.upper()}" for flag in rule.flags) or "0"
            count = len(rule.alternatives)
            row = f"{{{len(alternatives)}, {count}, {flags}}}"
            rules.append(f"    {row}, /* {rule.name} */")
            for alternative in rule.alternatives:
                index, kind = result_of(alternative)
                action = f"action{alternative.action}" if alternative.code else "NULL"
                checks = "true" if alternative.code and alternative.result else "false"
                invalid = "true" if is_invalid(alternative) else "false"
                alternatives.append(
                    f"    {{{len(items)}, {len(alternative.items)}, {index}, {kind}, "
                    f"{invalid}, {checks}, {action}}},")
                items.extend(self.item_row(item) for item in alternative.items)
        self.write_table("PegRule peg_rules", rules)
        self.out(f"const u16 peg_rule_count = {len(rules)};")
        self.write_table("PegAlternative peg_alternatives", alternatives)
        self.write_table("PegItem peg_items", items)
        words = [f'    {{"{word}", {len(word)}}},' for word in self.words]
        self.write_table("Span peg_words", words)

    def write_table(self, declaration, rows):
        self.out(f"\nconst {declaration}[] = {{")
        for row in rows:
            self.out(row)
        self.out("};")


def main(grammar, token_list, source):
    with open(token_list, encoding="utf-8") as file:
        tokens = {text: name for name, text in
                  re.findall(r'^TOKEN\((\w+), "(.*)"\)', file.read(), re.M)}
    with open(grammar, encoding="utf-8") as file:
        reader = Reader(file.read(), tokens)
    rules = reader.read() + reader.waiting
    lines = []
    Writer(rules, reader.words, lines.append).write()
    with open(source, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

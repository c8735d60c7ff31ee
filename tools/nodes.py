"""Make the C of the syntax tree from parser/ast.def.

    nodes.py ast.def ast.gen.h ast.gen.c
"""
import re
import sys

NO_RANGE = {"mod", "comprehension", "arguments", "withitem", "match_case", "type_ignore"}

# type in ast.def: (C type, FieldType)
PLAIN = {
    "identifier": ("Span", "FIELD_IDENTIFIER"),
    "identifier*": ("SpanList", "FIELD_IDENTIFIERS"),
    "string": ("Span", "FIELD_STRING"),
    "int": ("i32", "FIELD_INT"),
    "constant": ("Constant", "FIELD_CONSTANT"),
    "operator": ("u8", "FIELD_OPERATOR"),
    "boolop": ("u8", "FIELD_BOOL_OPERATOR"),
    "unaryop": ("u8", "FIELD_UNARY_OPERATOR"),
    "cmpop*": ("ByteList", "FIELD_COMPARE_OPERATORS"),
    "expr_context": ("u8", "FIELD_CONTEXT"),
}


RAISE_HEIGHT = """
void ast_raise_height(Node *node, const Node *child) {
    u16 height = higher(0, child);
    if (height < UINT16_MAX) height++;
    if (node && node->height < height) node->height = height;
}"""


def struct_name(name):
    return "".join(part[0].upper() + part[1:] for part in name.split("_")) + "Node"


class Field:
    def __init__(self, text, products):
        self.name, type_ = (part.strip() for part in text.split(":"))
        self.declared = type_
        self.optional = type_.endswith("?") or type_.endswith("?*")
        key = type_.replace("?", "")
        self.is_list = False
        self.is_child = False
        if key in PLAIN:
            self.c_type, self.kind = PLAIN[key]
        elif key.endswith("*"):
            self.c_type, self.kind = "NodeList", "FIELD_NODES"
            self.is_list = True
        else:
            self.c_type = struct_name(key) + " *" if key in products else "Node *"
            self.kind = "FIELD_NODE"
            self.is_child = True

    def declaration(self):
        space = "" if self.c_type.endswith("*") else " "
        return f"{self.c_type}{space}{self.name}"


class NodeLine:
    def __init__(self, group, name, fields):
        self.group, self.name, self.fields = group, name, fields
        self.struct = struct_name(name)

    def prototype(self):
        arguments = ["Arena *arena", "SourceRange at"]
        arguments += [field.declaration() for field in self.fields]
        return f"Node *ast_{self.name}({', '.join(arguments)})"


def read_nodes(path):
    with open(path, encoding="utf-8") as file:
        rows = re.findall(r"^NODE\((\w+), (\w+)(?:,\s*([^)]*))?\)$", file.read(), re.M)
    products = {group for group, name, _ in rows if group == name}
    def read_fields(text):
        return [Field(part, products) for part in text.split(",")] if text else []

    return [NodeLine(group, name, read_fields(text)) for group, name, text in rows]


def write_header(nodes, out):
    out("/* Made by tools/nodes.py from parser/ast.def. */")
    out("#ifndef APY_PARSER_AST_GEN_H\n#define APY_PARSER_AST_GEN_H\n")
    out("typedef enum NodeKind {")
    for node in nodes:
        out(f"    NODE_{node.name},")
    out("    NODE_KIND_COUNT,\n} NodeKind;\n")
    for node in nodes:
        out(f"typedef struct {node.struct} {node.struct};")
    for node in nodes:
        out(f"\nstruct {node.struct} {{\n    Node node;")
        for field in node.fields:
            out(f"    {field.declaration()};")
        out("};")
        out(f"static inline {node.struct} *as_{node.name}(const Node *node) {{")
        out(f"    assert(node->kind == NODE_{node.name});")
        out(f"    return ({node.struct} *)node;\n}}")
        out(f"{node.prototype()};")
    out("\n#endif")


def write_constructor(node, out):
    out(f"\n{node.prototype()} {{")
    needed = [f"!{f.name}" for f in node.fields if f.is_child and not f.optional]
    if needed:
        out(f"    if ({' || '.join(needed)}) return NULL;")
    out(f"    {node.struct} *self = ARENA_NEW(arena, {node.struct});")
    out("    if (!self) return NULL;")
    out(f"    self->node.kind = NODE_{node.name};")
    out("    self->node.at = at;")
    for field in node.fields:
        out(f"    self->{field.name} = {field.name};")
    out("    u16 height = 0;")
    for field in node.fields:
        if field.is_child:
            out(f"    height = higher(height, (const Node *){field.name});")
        elif field.is_list:
            out(f"    height = highest(height, {field.name});")
    out("    self->node.height = height == UINT16_MAX ? height : (u16)(height + 1);")
    out("    return &self->node;\n}")


def write_tables(nodes, out):
    for node in nodes:
        if not node.fields:
            continue
        out(f"\nstatic const FieldInfo fields_of_{node.name}[] = {{")
        for f in node.fields:
            optional = "true" if f.optional else "false"
            out(f'    {{"{f.name}", {f.kind}, {optional}, '
                f'offsetof({node.struct}, {f.name}), "{f.declared}"}},')
        out("};")
    out("\nconst NodeInfo node_infos[] = {")
    for node in nodes:
        has_range = "false" if node.group in NO_RANGE else "true"
        fields = f"fields_of_{node.name}" if node.fields else "NULL"
        out(f'    [NODE_{node.name}] = {{"{node.name}", {has_range}, {len(node.fields)}, '
            f'sizeof({node.struct}), {fields}, "{node.group}"}},')
    out("};")


def write_source(nodes, out):
    out("/* Made by tools/nodes.py from parser/ast.def. */")
    out('#include "parser/ast.h"\n')
    out("static u16 higher(u16 height, const Node *child) {")
    out("    return child && child->height > height ? child->height : height;\n}\n")
    out("static u16 highest(u16 height, NodeList list) {")
    out("    for (u32 i = 0; i < list.count; i++) {")
    out("        height = higher(height, list.items[i]);\n    }")
    out("    return height;\n}")
    out(RAISE_HEIGHT)
    for node in nodes:
        write_constructor(node, out)
    write_tables(nodes, out)


def main(definition, header, source):
    nodes = read_nodes(definition)
    for path, write in ((header, write_header), (source, write_source)):
        lines = []
        write(nodes, lines.append)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

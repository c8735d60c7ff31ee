"""parsing text by hand: a tokenizer and an evaluator of arithmetic"""
def tokens(text):
    at, out = 0, []
    while at < len(text):
        c = text[at]
        if c.isspace():
            at += 1
        elif c.isdigit():
            start = at
            while at < len(text) and text[at].isdigit():
                at += 1
            out.append(("number", int(text[start:at])))
        elif c.isalpha() or c == "_":
            start = at
            while at < len(text) and (text[at].isalnum() or text[at] == "_"):
                at += 1
            out.append(("name", text[start:at]))
        else:
            out.append(("operator", c))
            at += 1
    out.append(("end", None))
    return out


class Parser:
    def __init__(self, text, names):
        self.tokens = tokens(text)
        self.at = 0
        self.names = names

    def peek(self):
        return self.tokens[self.at][1]

    def next(self):
        token = self.tokens[self.at]
        self.at += 1
        return token

    def expression(self):
        value = self.term()
        while self.peek() in ("+", "-"):
            if self.next()[1] == "+":
                value += self.term()
            else:
                value -= self.term()
        return value

    def term(self):
        value = self.factor()
        while self.peek() in ("*", "%"):
            if self.next()[1] == "*":
                value *= self.factor()
            else:
                value %= self.factor()
        return value

    def factor(self):
        kind, value = self.next()
        if kind == "number":
            return value
        if kind == "name":
            return self.names[value]
        if value == "(":
            value = self.expression()
            self.next()
            return value
        if value == "-":
            return -self.factor()
        raise SyntaxError(value)


def run(n):
    text = "(alpha + 12) * 3 - beta_2 % 7 + -(4 * (x + 1)) * 2 + 100 % 13"
    total = 0
    for i in range(n):
        total += Parser(text, {"alpha": i, "beta_2": i * 2, "x": 5}).expression()
    return total


print(run(6_000))

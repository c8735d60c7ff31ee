"""one-way constraints between variables, planned by strength, in the manner of deltablue"""
class Strength:
    def __init__(self, level, name):
        self.level = level
        self.name = name

    def stronger(self, other):
        return self.level < other.level


REQUIRED, STRONG, WEAK = Strength(0, "required"), Strength(2, "strong"), Strength(5, "weak")


class Variable:
    def __init__(self, name, value):
        self.name = name
        self.value = value
        self.constraints = []
        self.decided_by = None
        self.mark = 0
        self.strength = WEAK


class Constraint:
    def __init__(self, strength):
        self.strength = strength
        self.satisfied = False

    def outputs(self):
        raise NotImplementedError


class Edit(Constraint):
    def __init__(self, variable, strength):
        super().__init__(strength)
        self.variable = variable
        variable.constraints.append(self)

    def inputs(self):
        return ()

    def output(self):
        return self.variable

    def execute(self):
        pass


class Scale(Constraint):
    def __init__(self, source, factor, offset, target):
        super().__init__(REQUIRED)
        self.source, self.factor, self.offset, self.target = source, factor, offset, target
        for variable in (source, factor, offset, target):
            variable.constraints.append(self)

    def inputs(self):
        return (self.source, self.factor, self.offset)

    def output(self):
        return self.target

    def execute(self):
        self.target.value = self.source.value * self.factor.value + self.offset.value


class Planner:
    def __init__(self):
        self.mark = 0

    def plan(self, edit):
        self.mark += 1
        plan, todo = [], [edit]
        while todo:
            constraint = todo.pop()
            out = constraint.output()
            if out.mark == self.mark:
                continue
            out.mark = self.mark
            out.decided_by = constraint
            out.strength = constraint.strength
            plan.append(constraint)
            for other in out.constraints:
                if other is not constraint and out in other.inputs() and other.strength.stronger(WEAK):
                    todo.append(other)
        return plan


def run(length, changes):
    factor, offset = Variable("factor", 2), Variable("offset", 1)
    first = variable = Variable("v0", 1)
    for i in range(length):
        following = Variable("v%d" % (i + 1), 0)
        Scale(variable, factor, offset, following)
        variable = following
    edit = Edit(first, STRONG)
    planner, total = Planner(), 0
    for change in range(changes):
        plan = planner.plan(edit)
        first.value = change
        factor.value = 1 + change % 2
        for constraint in plan:
            constraint.execute()
        total += variable.value % 1_000_003
    return total, len(plan), variable.decided_by.strength.name


print(run(60, 4_000))

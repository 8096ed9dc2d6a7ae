"""cvc5 as a program that reads SMT-LIB from its input and answers on its output, made of the library that PyPI has."""

import sys

import cvc5


def commands(stream):
    """Each command as soon as its last bracket is there. Brackets in strings, quoted names and comments are none."""
    text, depth, inside = [], 0, None
    while char := stream.read(1):
        if inside == ";":
            if char == "\n":
                inside = None
            continue
        if inside:
            text.append(char)
            if char == inside:
                inside = None
            continue
        if char in '"|;':
            inside = char
            if char == ";":
                continue
        depth += (char == "(") - (char == ")")
        if depth or not char.isspace():
            text.append(char)
        if char == ")" and not depth:
            yield "".join(text)
            text = []


def fresh():
    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    # A minute for one question.
    solver.setOption("tlimit-per", "60000")
    symbols = cvc5.SymbolManager(terms)
    parser = cvc5.InputParser(solver, symbols)
    return solver, symbols, parser


def main():
    solver, symbols, parser = fresh()
    for text in commands(sys.stdin):
        if text == "(reset)":
            solver, symbols, parser = fresh()
            continue
        if text == "(exit)":
            return
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "questions")
        command = parser.nextCommand()
        while not command.isNull():
            answer = command.invoke(solver, symbols)
            # Nothing is waited for but answers: `print-success` is off.
            if answer and answer.strip() != "success":
                print(answer.rstrip("\n"), flush=True)
            command = parser.nextCommand()


main()

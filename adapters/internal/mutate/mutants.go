package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// mutant is one small fault: a piece of a file, and what is put in its place.
type mutant struct {
	file     string
	line     int
	function string // that it is in; "" outside of any
	change   string // the piece and what it becomes, in one line; the second such in a function ends in (2)

	source     []byte // the file
	start, end int    // the piece, as offsets into it
	with       string
}

// apply is the file with the fault in it. Lines keep their numbers.
func (m mutant) apply() []byte {
	return slices.Concat(m.source[:m.start], []byte(m.with), m.source[m.end:])
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", m.file, m.line, m.function, m.change)
}

// mutants are all that can be made of a file, or of these functions of it.
func mutants(file string, source []byte, functions []string) ([]mutant, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var found []mutant
	known := map[string]bool{}
	for _, declared := range tree.Decls {
		m := maker{file: file, source: source, files: files, done: map[*ast.BasicLit]int64{}}
		if f, ok := declared.(*ast.FuncDecl); ok {
			m.function = f.Name.Name
			known[m.function] = true
		}
		if len(functions) > 0 && !slices.Contains(functions, m.function) {
			continue
		}
		m.walk(declared)
		found = append(found, m.found...)
	}
	for _, name := range functions {
		if !known[name] {
			return nil, fmt.Errorf("%s has no function %s: mend the list of targets", file, name)
		}
	}
	slices.SortStableFunc(found, func(a, b mutant) int { return cmp.Compare(a.start, b.start) })
	seen := map[string]int{}
	for i, m := range found {
		key := m.function + "\t" + m.change
		if seen[key]++; seen[key] > 1 {
			found[i].change += fmt.Sprintf(" (%d)", seen[key])
		}
	}
	return found, nil
}

// maker collects the mutants of one declaration.
type maker struct {
	file     string
	function string
	source   []byte
	files    *token.FileSet
	results  [][]string              // types of the results, one entry for each function we are in
	done     map[*ast.BasicLit]int64 // numbers of comparisons, and the step that another operator comes to
	found    []mutant
}

// put makes one mutant: node reads differently.
func (m *maker) put(node ast.Node, with string) {
	start, end := m.offset(node.Pos()), m.offset(node.End())
	m.cut(start, end, with, oneLine(m.text(node))+" => "+oneLine(with))
}

func (m *maker) cut(start, end int, with, change string) {
	m.found = append(m.found, mutant{
		file: m.file, line: 1 + strings.Count(string(m.source[:start]), "\n"), function: m.function, change: change,
		source: m.source, start: start, end: end, with: with,
	})
}

func (m *maker) offset(pos token.Pos) int { return m.files.Position(pos).Offset }

func (m *maker) text(node ast.Node) string {
	return string(m.source[m.offset(node.Pos()):m.offset(node.End())])
}

// oneLine is a piece of source as it is shown.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func (m *maker) walk(node ast.Node) {
	ast.Inspect(node, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				m.body(n.Type, n.Body)
			}
			return false
		case *ast.FuncLit:
			m.body(n.Type, n.Body)
			return false
		case *ast.ImportSpec, *ast.StructType, *ast.InterfaceType:
			return false
		case *ast.BlockStmt:
			m.statements(n.List)
		case *ast.CommClause:
			m.statements(n.Body)
		case *ast.CaseClause:
			m.statements(n.Body)
			m.choices(n)
		case *ast.IfStmt:
			m.condition(n.Cond)
		case *ast.ForStmt:
			m.condition(n.Cond)
		case *ast.SwitchStmt:
			if n.Tag == nil {
				for _, clause := range n.Body.List {
					for _, condition := range clause.(*ast.CaseClause).List {
						m.condition(condition)
					}
				}
			}
		case *ast.ReturnStmt:
			m.returned(n)
		case *ast.BinaryExpr:
			m.binary(n)
		case *ast.IncDecStmt:
			m.operator(n, n.TokPos, n.Tok)
		case *ast.AssignStmt:
			m.operator(n, n.TokPos, n.Tok)
		case *ast.CallExpr:
			m.call(n)
		case *ast.BasicLit:
			m.number(n)
		}
		return true
	})
}

// body goes into a function, whose results the returns in it have.
func (m *maker) body(of *ast.FuncType, body *ast.BlockStmt) {
	var results []string
	if of.Results != nil {
		for _, field := range of.Results.List {
			for range max(1, len(field.Names)) {
				results = append(results, m.text(field.Type))
			}
		}
	}
	m.results = append(m.results, results)
	m.walk(body)
	m.results = m.results[:len(m.results)-1]
}

// statements takes each statement away whose loss may compile. It stays in the
// text, where it is never reached, so that what it names counts as used.
func (m *maker) statements(list []ast.Stmt) {
	for _, statement := range list {
		switch s := statement.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		case *ast.ExprStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt, *ast.BranchStmt, *ast.ReturnStmt:
		default:
			continue
		}
		start, end := m.offset(statement.Pos()), m.offset(statement.End())
		m.cut(start, end, "if false { "+m.text(statement)+" }", oneLine(m.text(statement))+" => nothing")
	}
}

// choices takes each value out of a case with several.
func (m *maker) choices(clause *ast.CaseClause) {
	for i, value := range clause.List {
		if len(clause.List) == 1 {
			return
		}
		start, end := m.offset(value.Pos()), m.offset(value.End())
		if i > 0 {
			start = m.offset(clause.List[i-1].End())
		} else {
			end = m.offset(clause.List[1].Pos())
		}
		m.cut(start, end, "", "case "+oneLine(m.text(value))+" => nothing")
	}
}

// condition negates what is neither a comparison nor put together: those have
// mutants of their own.
func (m *maker) condition(condition ast.Expr) {
	if condition != nil && !comparison(condition) {
		m.put(condition, "!("+m.text(condition)+")")
	}
}

func comparison(condition ast.Expr) bool {
	_, is := ast.Unparen(condition).(*ast.BinaryExpr)
	return is
}

// operators are those that are put in the place of another.
var operators = map[token.Token][]token.Token{
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LSS: {token.LEQ, token.GEQ}, token.GEQ: {token.GTR, token.LSS},
	token.GTR: {token.GEQ, token.LEQ}, token.LEQ: {token.LSS, token.GTR},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
	token.SHL: {token.SHR}, token.SHR: {token.SHL},
	token.INC: {token.DEC}, token.DEC: {token.INC},
	token.ADD_ASSIGN: {token.SUB_ASSIGN}, token.SUB_ASSIGN: {token.ADD_ASSIGN},
	token.MUL_ASSIGN: {token.QUO_ASSIGN}, token.QUO_ASSIGN: {token.MUL_ASSIGN},
}

func (m *maker) operator(node ast.Node, at token.Pos, is token.Token) {
	text, from := m.text(node), m.offset(at)
	before := text[:from-m.offset(node.Pos())]
	for _, other := range operators[is] {
		change := before + other.String() + text[len(before)+len(is.String()):]
		m.cut(from, from+len(is.String()), other.String(), oneLine(text)+" => "+oneLine(change))
	}
}

func (m *maker) binary(n *ast.BinaryExpr) {
	m.operator(n, n.OpPos, n.Op)
	if number, ok := n.Y.(*ast.BasicLit); ok {
		m.done[number] = map[token.Token]int64{token.GTR: -1, token.LEQ: -1, token.LSS: 1, token.GEQ: 1}[n.Op]
	}
	if n.Op == token.LAND || n.Op == token.LOR {
		m.condition(n.X)
		m.condition(n.Y)
	}
}

// call takes the smaller for the larger, and the other way round.
func (m *maker) call(n *ast.CallExpr) {
	if name, ok := n.Fun.(*ast.Ident); ok {
		switch name.Name {
		case "min":
			m.cut(m.offset(n.Pos()), m.offset(n.Pos())+3, "max", oneLine(m.text(n))+" => max")
		case "max":
			m.cut(m.offset(n.Pos()), m.offset(n.Pos())+3, "min", oneLine(m.text(n))+" => min")
		}
	}
}

// number makes a whole number one more and one less.
func (m *maker) number(n *ast.BasicLit) {
	is, err := strconv.ParseInt(n.Value, 0, 64)
	if n.Kind != token.INT || err != nil {
		return
	}
	start, end := m.offset(n.Pos()), m.offset(n.End())
	before, after := m.source[:start], m.source[end:]
	before, after = before[1+bytes.LastIndexByte(before, '\n'):], after[:bytes.IndexByte(after, '\n')]
	for _, by := range []int64{1, -1} {
		if m.done[n] == by {
			continue
		}
		with := strconv.FormatInt(is+by, 10)
		m.cut(start, end, "("+with+")", oneLine(fmt.Sprintf("%s{%s => %s}%s", before, n.Value, with, after)))
	}
}

// returned returns the zero value of each result in turn, and the other truth.
// What was to be returned stays in the text, so that it counts as used.
func (m *maker) returned(n *ast.ReturnStmt) {
	types := m.results[len(m.results)-1]
	if len(n.Results) == 0 {
		return
	}
	start, end := m.offset(n.Pos()), m.offset(n.End())
	become := func(values []string) {
		with := "return " + strings.Join(values, ", ")
		m.cut(start, end, "if false { "+m.text(n)+" }; "+with, oneLine(m.text(n))+" => "+oneLine(with))
	}
	if len(n.Results) < len(types) { // the results of one call
		var values []string
		for _, t := range types {
			values = append(values, "*new("+t+")")
		}
		become(values)
		return
	}
	for i := range n.Results {
		var values []string
		for _, r := range n.Results {
			values = append(values, m.text(r))
		}
		switch text := values[i]; {
		case types[i] == "bool" && comparison(n.Results[i]):
			continue // has mutants of its own
		case types[i] == "bool":
			values[i] = "!(" + text + ")"
		case text == "nil", text == "0", text == `""`, strings.HasSuffix(text, "{}") && text == types[i]+"{}":
			continue
		default:
			values[i] = "*new(" + types[i] + ")"
		}
		become(values)
	}
}

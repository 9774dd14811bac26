// Writes golden.json: what Go's own text/template makes of each template in cases.json, about the data that stand there.
//
//	go run golden.go <cases.json >golden.json
package main

import (
	"encoding/json"
	"os"
	"strings"
	"text/template"
)

type answer struct {
	Template string `json:"template"`
	Output   string `json:"output"`
	// parse or execute: where it is refused.
	Refused string `json:"refused,omitempty"`
}

var functions = template.FuncMap{
	"json": func(value any) (string, error) {
		text, err := json.Marshal(value)
		return string(text), err
	},
	"prettyjson": func(value any) (string, error) {
		text, err := json.MarshalIndent(value, "", "    ")
		return string(text), err
	},
}

func ask(source string, data any) answer {
	parsed, err := template.New("").Funcs(functions).Parse(source)
	if err != nil {
		return answer{Template: source, Refused: "parse"}
	}
	var output strings.Builder
	if err := parsed.Execute(&output, data); err != nil {
		return answer{Template: source, Refused: "execute"}
	}
	return answer{Template: source, Output: output.String()}
}

func main() {
	var cases struct {
		Data      map[string]any
		Templates []string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	answers := []answer{}
	for _, source := range cases.Templates {
		answers = append(answers, ask(source, cases.Data))
	}
	writer := json.NewEncoder(os.Stdout)
	writer.SetEscapeHTML(false)
	writer.SetIndent("", "  ")
	if err := writer.Encode(answers); err != nil {
		panic(err)
	}
}

package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/rpc"
	"os"
	"sync"
)

// A connection that keeps what goes over it.
type kept struct {
	io.ReadWriteCloser
	lock       sync.Mutex
	sent, came bytes.Buffer
}

func (k *kept) Read(data []byte) (int, error) {
	n, err := k.ReadWriteCloser.Read(data)
	k.lock.Lock()
	defer k.lock.Unlock()
	k.came.Write(data[:n])
	return n, err
}

func (k *kept) Write(data []byte) (int, error) {
	k.lock.Lock()
	k.sent.Write(data)
	k.lock.Unlock()
	return k.ReadWriteCloser.Write(data)
}

// record lets Go's own client talk to this driver, and writes what both said, as Go encodes it.
func record(file string) {
	near, far := net.Pipe()
	server := rpc.NewServer()
	if err := server.RegisterName("RPCServerDriver", newServer()); err != nil {
		panic(err)
	}
	go server.ServeConn(far)
	connection := &kept{ReadWriteCloser: near}
	client := rpc.NewClient(connection)
	var nothing struct{}
	var number int
	var text string
	var raw []byte
	var flags []Flag
	var options DriverOptions = &RPCFlags{Values: map[string]interface{}{
		"cell-tag": []string{"a", "b"}, "cell-token": "secret", "cell-size": -129, "cell-dark": true,
	}}
	config := []byte(`{"MachineName":"dev","StorePath":"/store","SSHPort":70000}`)
	for _, call := range []struct {
		method    string
		arguments interface{}
		reply     interface{}
	}{
		{"GetVersion", nothing, &number},
		{"SetConfigRaw", config, &nothing},
		{"GetCreateFlags", nothing, &flags},
		{"SetConfigFromFlags", &options, &nothing},
		{"GetIP", nothing, &text},
		{"GetMachineName", nothing, &text},
		{"GetConfigRaw", nothing, &raw},
		{"GetState", nothing, &number},
		{"NoSuchThing", nothing, &nothing},
	} {
		// Two of them fail, as they are to.
		_ = client.Call("RPCServerDriver."+call.method, call.arguments, call.reply)
	}
	text1, err := json.MarshalIndent(map[string]string{
		"client": hex.EncodeToString(connection.sent.Bytes()),
		"server": hex.EncodeToString(connection.came.Bytes()),
	}, "", "  ")
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(file, append(text1, '\n'), 0o644); err != nil {
		panic(err)
	}
}

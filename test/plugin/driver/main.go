// docker-machine-driver-cell: a driver for docker-machine as there are many, from the published protocol and nothing of
// docker-machine's own: Go's net/rpc over loopback, with the names that its driver programs have. Its machines are sshd
// processes of this host, on 127.0.0.1. `cell record FILE` writes what the two sides say to each other: see record.go.
package main

import (
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/rpc"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const apiVersion = 1

// The states, as numbers.
const (
	none = iota
	running
	paused
	saved
	stopped
)

// Flags, by the names under which docker-machine registers its own.
type StringFlag struct{ Name, Usage, EnvVar, Value string }
type StringSliceFlag struct {
	Name, Usage, EnvVar string
	Value               []string
}
type IntFlag struct {
	Name, Usage, EnvVar string
	Value               int
}
type BoolFlag struct{ Name, Usage, EnvVar string }
type Flag interface{ String() string }

func (f StringFlag) String() string      { return f.Name }
func (f StringSliceFlag) String() string { return f.Name }
func (f IntFlag) String() string         { return f.Name }
func (f BoolFlag) String() string        { return f.Name }

type RPCFlags struct{ Values map[string]interface{} }

func (f RPCFlags) String(key string) string {
	value, _ := f.Values[key].(string)
	return value
}

// DriverOptions is an interface that the flags' values arrive in.
type DriverOptions interface{ String(key string) string }

func register() {
	gob.RegisterName("*rpcdriver.RPCFlags", new(RPCFlags))
	gob.RegisterName("*mcnflag.StringFlag", new(StringFlag))
	gob.RegisterName("*mcnflag.StringSliceFlag", new(StringSliceFlag))
	gob.RegisterName("*mcnflag.IntFlag", new(IntFlag))
	gob.RegisterName("*mcnflag.BoolFlag", new(BoolFlag))
}

// Cell is the configuration of a machine: its first fields are those that docker-machine gives to every driver.
type Cell struct {
	IPAddress   string
	MachineName string
	SSHUser     string
	SSHPort     int
	SSHKeyPath  string
	StorePath   string

	Sshd    string
	Token   string
	Tags    []string
	Trouble string
	Starts  int
	Made    bool
}

func (c *Cell) file(name string) string {
	return filepath.Join(c.StorePath, "machines", c.MachineName, name)
}

func flags() []Flag {
	return []Flag{
		StringFlag{Name: "cell-sshd", Usage: "the ssh server", EnvVar: "CELL_SSHD", Value: "/usr/sbin/sshd"},
		StringFlag{Name: "cell-token", Usage: "what lets one in", EnvVar: "CELL_SECRET"},
		IntFlag{Name: "cell-size", Usage: "how many fit in", Value: 1},
		BoolFlag{Name: "cell-dark", Usage: "no light", EnvVar: "CELL_DARK"},
		StringSliceFlag{Name: "cell-tag", Usage: "words about it"},
		StringFlag{Name: "cell-trouble", Usage: "what goes wrong: crash, fail, hang, refuse, slow"},
	}
}

type Nothing struct{}

type Server struct {
	cell      *Cell
	closed    chan bool
	heartbeat chan bool
}

func (s *Server) GetVersion(_ *struct{}, reply *int) error {
	*reply = apiVersion
	if os.Getenv("CELL_VERSION") != "" {
		*reply, _ = strconv.Atoi(os.Getenv("CELL_VERSION"))
	}
	return nil
}

func (s *Server) Heartbeat(_, _ *struct{}) error {
	s.heartbeat <- true
	return nil
}

func (s *Server) Close(_, _ *struct{}) error {
	s.closed <- true
	return nil
}

func (s *Server) GetConfigRaw(_ *struct{}, reply *[]byte) (err error) {
	*reply, err = json.Marshal(s.cell)
	return err
}

func (s *Server) SetConfigRaw(data []byte, _ *struct{}) error {
	return json.Unmarshal(data, s.cell)
}

func (s *Server) GetCreateFlags(_ *struct{}, reply *[]Flag) error {
	*reply = flags()
	return nil
}

func (s *Server) SetConfigFromFlags(options *DriverOptions, _ *struct{}) error {
	flags, ok := (*options).(*RPCFlags)
	if !ok {
		return fmt.Errorf("the flags are a %T", *options)
	}
	s.cell.Sshd = flags.String("cell-sshd")
	s.cell.Token = flags.String("cell-token")
	s.cell.Trouble = flags.String("cell-trouble")
	s.cell.Tags, _ = flags.Values["cell-tag"].([]string)
	if _, ok := flags.Values["cell-size"].(int); !ok {
		return errors.New("cell-size is no int")
	}
	if _, ok := flags.Values["cell-dark"].(bool); !ok {
		return errors.New("cell-dark is no bool")
	}
	if s.cell.Token == "" {
		return errors.New("cell driver requires the --cell-token option")
	}
	return nil
}

func (s *Server) DriverName(_ *struct{}, reply *string) error {
	*reply = "cell"
	return nil
}

func (s *Server) GetMachineName(_ *struct{}, reply *string) error {
	*reply = s.cell.MachineName
	return nil
}

func (s *Server) GetIP(_ *struct{}, reply *string) error {
	if s.cell.IPAddress == "" {
		return errors.New("IP address is not set")
	}
	*reply = s.cell.IPAddress
	return nil
}

func (s *Server) GetSSHHostname(_ *struct{}, reply *string) error { return s.GetIP(nil, reply) }

func (s *Server) GetSSHPort(_ *struct{}, reply *int) error {
	*reply = s.cell.SSHPort
	return nil
}

func (s *Server) GetSSHUsername(_ *struct{}, reply *string) error {
	*reply = s.cell.SSHUser
	return nil
}

func (s *Server) GetSSHKeyPath(_ *struct{}, reply *string) error {
	*reply = s.cell.file("id_rsa")
	return nil
}

func (s *Server) GetURL(_ *struct{}, reply *string) error {
	if s.state() != running {
		return errors.New("Host is not running")
	}
	*reply = "tcp://" + net.JoinHostPort(s.cell.IPAddress, "2376")
	return nil
}

func (s *Server) GetState(_ *struct{}, reply *int) error {
	if s.cell.Trouble == "hang" && s.cell.Made {
		select {}
	}
	*reply = s.state()
	return nil
}

func (s *Server) state() int {
	if !s.cell.Made {
		return none
	}
	if pid := s.pid(); pid != 0 && syscall.Kill(pid, 0) == nil && !isZombie(pid) {
		return running
	}
	return stopped
}

func (s *Server) pid() int {
	text, _ := os.ReadFile(s.cell.file("pid"))
	pid, _ := strconv.Atoi(string(text))
	return pid
}

func isZombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func (s *Server) PreCreateCheck(_, _ *struct{}) error {
	if s.cell.Trouble == "refuse" {
		return errors.New("there is no room for another cell")
	}
	_, err := exec.LookPath(s.cell.Sshd)
	return err
}

func (s *Server) Create(_, _ *struct{}) error {
	c := s.cell
	fmt.Println("Digging the cell...")
	fmt.Fprintln(os.Stderr, "digging at", c.file(""))
	who, err := user.Current()
	if err != nil {
		return err
	}
	for _, key := range []string{"id_rsa", "host_key"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", c.file(key)).CombinedOutput(); err != nil {
			return fmt.Errorf("ssh-keygen: %s", out)
		}
	}
	c.SSHUser, c.IPAddress, c.Made = who.Username, "127.0.0.1", true
	switch c.Trouble {
	case "crash":
		fmt.Fprintln(os.Stderr, "panic: the roof came down")
		os.Exit(2)
	case "fail":
		return errors.New("the ground is too hard")
	case "slow":
		select {}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.SSHPort = listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	public, err := os.ReadFile(c.file("id_rsa.pub"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.file("authorized_keys"), public, 0o600); err != nil {
		return err
	}
	return s.run()
}

func (s *Server) run() error {
	c := s.cell
	os.MkdirAll("/run/sshd", 0o755)
	settings := []string{
		"Port=" + strconv.Itoa(c.SSHPort), "ListenAddress=127.0.0.1", "HostKey=" + strconv.Quote(c.file("host_key")), "PidFile=none",
		"AuthorizedKeysFile=" + strconv.Quote(c.file("authorized_keys")), "StrictModes=no", "UsePAM=no", "PermitRootLogin=yes",
		"PasswordAuthentication=no", "KbdInteractiveAuthentication=no",
	}
	arguments := []string{"-D", "-e", "-f", "/dev/null"}
	for _, setting := range settings {
		arguments = append(arguments, "-o", setting)
	}
	command := exec.Command(c.Sshd, arguments...)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return err
	}
	c.Starts++
	go command.Wait()
	return os.WriteFile(c.file("pid"), []byte(strconv.Itoa(command.Process.Pid)), 0o600)
}

func (s *Server) Start(_, _ *struct{}) error {
	if s.state() == running {
		return errors.New("it runs already")
	}
	return s.run()
}

func (s *Server) Stop(_, _ *struct{}) error { return s.end(syscall.SIGTERM) }
func (s *Server) Kill(_, _ *struct{}) error { return s.end(syscall.SIGKILL) }

func (s *Server) end(signal syscall.Signal) error {
	if s.state() != running {
		return errors.New("Host is not running")
	}
	return syscall.Kill(s.pid(), signal)
}

func (s *Server) Restart(_, _ *struct{}) error {
	if err := s.end(syscall.SIGTERM); err != nil {
		return err
	}
	for s.state() == running {
		time.Sleep(10 * time.Millisecond)
	}
	return s.run()
}

func (s *Server) Remove(_, _ *struct{}) error {
	if s.state() == running {
		if err := s.end(syscall.SIGKILL); err != nil {
			return err
		}
	}
	for _, name := range []string{"id_rsa", "id_rsa.pub", "host_key", "host_key.pub", "authorized_keys", "pid"} {
		if err := os.Remove(s.cell.file(name)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

func newServer() *Server {
	return &Server{cell: &Cell{}, closed: make(chan bool), heartbeat: make(chan bool)}
}

func main() {
	register()
	if len(os.Args) == 3 && os.Args[1] == "record" {
		record(os.Args[2])
		return
	}
	if os.Getenv("MACHINE_PLUGIN_TOKEN") != "42" || os.Getenv("MACHINE_PLUGIN_DRIVER_NAME") == "" {
		fmt.Fprintln(os.Stderr, "This is a driver of docker-machine, and no program for people.")
		os.Exit(1)
	}
	server := newServer()
	name := "RPCServerDriver"
	if os.Getenv("CELL_OLD") != "" {
		name = "RpcServerDriver"
	}
	if err := rpc.RegisterName(name, server); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	rpc.HandleHTTP()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr())
	go http.Serve(listener, nil)
	for {
		select {
		case <-server.closed:
			os.Exit(0)
		case <-server.heartbeat:
		case <-time.After(10 * time.Second):
			os.Exit(1)
		}
	}
}

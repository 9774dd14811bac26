// Written by `npm run generate` from native/libvirt/calls/ and libvirt's API description. Do not edit.

import type {
  DomainBlockInfo,
  DomainBlockStats,
  DomainControlInfo,
  DomainFSInfo,
  DomainIOThreadInfo,
  DomainInfo,
  DomainInterface,
  DomainInterfaceStats,
  Handle,
  NetworkDHCPLease,
  NodeInfo,
  ParameterValues,
  SecurityLabel,
  SecurityModel,
  StoragePoolInfo,
  StorageVolInfo,
  TypedParameters,
} from './binding-types';

/** The functions that the addon binds by their C types: see native/libvirt/slots.h for the rules. */
export interface LibvirtCalls {
  /** Computes the most feature-rich CPU which is compatible with all given host CPUs. */
  virConnectBaselineCPU(conn: Handle<'Connection'>, xmlCPUs: readonly string[], flags: number): Promise<string>;
  /** Computes the most feature-rich CPU which is compatible with all given CPUs and can be provided by the specified hypervisor. */
  virConnectBaselineHypervisorCPU(
    conn: Handle<'Connection'>,
    emulator: string | null,
    arch: string | null,
    machine: string | null,
    virttype: string | null,
    xmlCPUs: readonly string[],
    flags: number,
  ): Promise<string>;
  /** Compares the given CPU description with the host CPU. */
  virConnectCompareCPU(conn: Handle<'Connection'>, xmlDesc: string | null, flags: number): Promise<number>;
  /** Compares the given CPU description with the CPU the specified hypervisor is able to provide on the host. */
  virConnectCompareHypervisorCPU(
    conn: Handle<'Connection'>,
    emulator: string | null,
    arch: string | null,
    machine: string | null,
    virttype: string | null,
    xmlCPU: string | null,
    flags: number,
  ): Promise<number>;
  /** Reads native configuration data describing a domain, and generates libvirt domain XML. */
  virConnectDomainXMLFromNative(
    conn: Handle<'Connection'>,
    nativeFormat: string | null,
    nativeConfig: string | null,
    flags: number,
  ): Promise<string>;
  /** Reads a domain XML configuration document, and generates a native configuration file describing the domain. */
  virConnectDomainXMLToNative(
    conn: Handle<'Connection'>,
    nativeFormat: string | null,
    domainXml: string | null,
    flags: number,
  ): Promise<string>;
  /** Talks to a storage backend and attempts to auto-discover the set of available storage pool sources. */
  virConnectFindStoragePoolSources(
    conn: Handle<'Connection'>,
    type: string | null,
    srcSpec: string | null,
    flags: number,
  ): Promise<string>;
  /** Get the list of CPU models supported by libvirt for a specific architecture. */
  virConnectGetCPUModelNames(conn: Handle<'Connection'>, arch: string | null, flags: number): Promise<string[]>;
  /** Provides capabilities of the hypervisor / driver. */
  virConnectGetCapabilities(conn: Handle<'Connection'>): Promise<string>;
  /** Prior creating a domain (for instance via virDomainCreateXML or virDomainDefineXML) it may be suitable to know what the underlying emulator and/or libvirt is capable of. */
  virConnectGetDomainCapabilities(
    conn: Handle<'Connection'>,
    emulatorbin: string | null,
    arch: string | null,
    machine: string | null,
    virttype: string | null,
    flags: number,
  ): Promise<string>;
  /** This returns a system hostname on which the hypervisor is running (based on the result of the gethostname system call, but possibly expanded to a fully-qualified domain name via getaddrinfo). */
  virConnectGetHostname(conn: Handle<'Connection'>): Promise<string>;
  /** Provides @libVer, which is the version of libvirt used by the daemon running on the @conn host */
  virConnectGetLibVersion(conn: Handle<'Connection'>): Promise<bigint>;
  /** Provides the maximum number of virtual CPUs supported for a guest VM of a specific type. */
  virConnectGetMaxVcpus(conn: Handle<'Connection'>, type: string | null): Promise<number>;
  virConnectGetStoragePoolCapabilities(conn: Handle<'Connection'>, flags: number): Promise<string>;
  /** This returns the XML description of the sysinfo details for the host on which the hypervisor is running, in the same format as the <sysinfo> element of a domain XML. */
  virConnectGetSysinfo(conn: Handle<'Connection'>, flags: number): Promise<string>;
  /** Get the name of the Hypervisor driver used. */
  virConnectGetType(conn: Handle<'Connection'>): Promise<string>;
  /** This returns the URI (name) of the hypervisor connection. */
  virConnectGetURI(conn: Handle<'Connection'>): Promise<string>;
  /** Get the version level of the Hypervisor running. */
  virConnectGetVersion(conn: Handle<'Connection'>): Promise<bigint>;
  /** Determine if the connection to the hypervisor is still alive A connection will be classed as alive if it is either local, or running over a channel (TCP or UNIX socket) which is not closed. */
  virConnectIsAlive(conn: Handle<'Connection'>): Promise<number>;
  /** Determine if the connection to the hypervisor is encrypted */
  virConnectIsEncrypted(conn: Handle<'Connection'>): Promise<number>;
  virConnectIsSecure(conn: Handle<'Connection'>): Promise<number>;
  /** Collect a possibly-filtered list of all domains, and return an allocated array of information for each. */
  virConnectListAllDomains(conn: Handle<'Connection'>, flags: number): Promise<Handle<'Domain'>[]>;
  /** Collect the list of interfaces, and allocate an array to store those objects. */
  virConnectListAllInterfaces(conn: Handle<'Connection'>, flags: number): Promise<Handle<'Interface'>[]>;
  /** Collect the list of network filters, and allocate an array to store those objects. */
  virConnectListAllNWFilterBindings(conn: Handle<'Connection'>, flags: number): Promise<Handle<'NWFilterBinding'>[]>;
  /** Collect the list of network filters, and allocate an array to store those objects. */
  virConnectListAllNWFilters(conn: Handle<'Connection'>, flags: number): Promise<Handle<'NWFilter'>[]>;
  /** Collect the list of networks, and allocate an array to store those objects. */
  virConnectListAllNetworks(conn: Handle<'Connection'>, flags: number): Promise<Handle<'Network'>[]>;
  /** Collect the list of node devices, and allocate an array to store those objects. */
  virConnectListAllNodeDevices(conn: Handle<'Connection'>, flags: number): Promise<Handle<'NodeDevice'>[]>;
  /** Collect the list of secrets, and allocate an array to store those objects. */
  virConnectListAllSecrets(conn: Handle<'Connection'>, flags: number): Promise<Handle<'Secret'>[]>;
  /** Collect the list of storage pools, and allocate an array to store those objects. */
  virConnectListAllStoragePools(conn: Handle<'Connection'>, flags: number): Promise<Handle<'StoragePool'>[]>;
  /** Override the default identity information associated with the connection. */
  virConnectSetIdentity(conn: Handle<'Connection'>, params: TypedParameters, flags: number): Promise<number>;
  /** Start sending keepalive messages after @interval seconds of inactivity and consider the connection to be broken when no response is received after @count keepalive messages sent in a row. */
  virConnectSetKeepAlive(conn: Handle<'Connection'>, interval: number, count: number): Promise<number>;
  /** Requests that the current background job be aborted at the soonest opportunity. */
  virDomainAbortJob(domain: Handle<'Domain'>): Promise<number>;
  /** Requests that the current background job be aborted at the soonest opportunity. */
  virDomainAbortJobFlags(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Dynamically add an IOThread to the domain. */
  virDomainAddIOThread(domain: Handle<'Domain'>, iothread_id: number, flags: number): Promise<number>;
  /** Set how long to wait for a response from guest agent commands. */
  virDomainAgentSetResponseTimeout(domain: Handle<'Domain'>, timeout: number, flags: number): Promise<number>;
  /** Attach a virtual device to a domain, using the flags parameter to control how the device is attached. */
  virDomainAttachDeviceFlags(domain: Handle<'Domain'>, xml: string | null, flags: number): Promise<number>;
  /** For given @user in @domain fetch list of public SSH authorized keys and store them into @keys array which is allocated upon successful return and is NULL terminated. */
  virDomainAuthorizedSSHKeysGet(domain: Handle<'Domain'>, user: string | null, flags: number): Promise<string[]>;
  /** For given @user in @domain set @keys in authorized keys file. */
  virDomainAuthorizedSSHKeysSet(
    domain: Handle<'Domain'>,
    user: string | null,
    keys: readonly string[],
    flags: number,
  ): Promise<number>;
  /** Start a point-in-time backup job for the specified disks of a running domain. */
  virDomainBackupBegin(
    domain: Handle<'Domain'>,
    backupXML: string | null,
    checkpointXML: string | null,
    flags: number,
  ): Promise<number>;
  /** Queries the configuration of the active backup job. */
  virDomainBackupGetXMLDesc(domain: Handle<'Domain'>, flags: number): Promise<string>;
  /** Commit changes that were made to temporary top-level files within a disk image backing file chain into a lower-level base file. */
  virDomainBlockCommit(
    dom: Handle<'Domain'>,
    disk: string | null,
    base: string | null,
    top: string | null,
    bandwidth: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Copy the guest-visible contents of a disk image to a new file described by @destxml. */
  virDomainBlockCopy(
    dom: Handle<'Domain'>,
    disk: string | null,
    destxml: string | null,
    params: TypedParameters,
    flags: number,
  ): Promise<number>;
  /** Cancel the active block job on the given disk. */
  virDomainBlockJobAbort(dom: Handle<'Domain'>, disk: string | null, flags: number): Promise<number>;
  /** Set the maximum allowable bandwidth that a block job may consume. */
  virDomainBlockJobSetSpeed(
    dom: Handle<'Domain'>,
    disk: string | null,
    bandwidth: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Populate a disk image with data from its backing image. */
  virDomainBlockPull(
    dom: Handle<'Domain'>,
    disk: string | null,
    bandwidth: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Populate a disk image with data from its backing image chain, and setting the backing image to @base, or alternatively copy an entire backing chain to a new file @base. */
  virDomainBlockRebase(
    dom: Handle<'Domain'>,
    disk: string | null,
    base: string | null,
    bandwidth: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Resize a block device of domain while the domain is running. */
  virDomainBlockResize(
    dom: Handle<'Domain'>,
    disk: string | null,
    size: bigint | number,
    flags: number,
  ): Promise<number>;
  /** This function returns block device (disk) stats for block devices attached to the domain. */
  virDomainBlockStats(dom: Handle<'Domain'>, disk: string | null): Promise<DomainBlockStats>;
  /** This function is to get block stats parameters for block devices attached to the domain. */
  virDomainBlockStatsFlags(dom: Handle<'Domain'>, disk: string | null, flags: number): Promise<ParameterValues>;
  /** Create a new checkpoint using @xmlDesc, with a top-level <domaincheckpoint> element, on a running @domain. */
  virDomainCheckpointCreateXML(
    domain: Handle<'Domain'>,
    xmlDesc: string | null,
    flags: number,
  ): Promise<Handle<'DomainCheckpoint'>>;
  /** Removes a checkpoint from the domain. */
  virDomainCheckpointDelete(checkpoint: Handle<'DomainCheckpoint'>, flags: number): Promise<number>;
  /** Get the public name for that checkpoint */
  virDomainCheckpointGetName(checkpoint: Handle<'DomainCheckpoint'>): string;
  /** Get the parent checkpoint for @checkpoint, if any. */
  virDomainCheckpointGetParent(
    checkpoint: Handle<'DomainCheckpoint'>,
    flags: number,
  ): Promise<Handle<'DomainCheckpoint'>>;
  /** Provide an XML description of the domain checkpoint. */
  virDomainCheckpointGetXMLDesc(checkpoint: Handle<'DomainCheckpoint'>, flags: number): Promise<string>;
  /** Collect the list of domain checkpoints that are children of the given checkpoint, and allocate an array to store those objects. */
  virDomainCheckpointListAllChildren(
    checkpoint: Handle<'DomainCheckpoint'>,
    flags: number,
  ): Promise<Handle<'DomainCheckpoint'>[]>;
  /** Try to lookup a domain checkpoint based on its name. */
  virDomainCheckpointLookupByName(
    domain: Handle<'Domain'>,
    name: string | null,
    flags: number,
  ): Promise<Handle<'DomainCheckpoint'>>;
  /** This method will dump the core of a domain on a given file for analysis. */
  virDomainCoreDumpWithFormat(
    domain: Handle<'Domain'>,
    to: string | null,
    dumpformat: number,
    flags: number,
  ): Promise<number>;
  /** Launch a defined domain. */
  virDomainCreateWithFlags(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Launch a new guest domain, based on an XML description similar to the one returned by virDomainGetXMLDesc() This function may require privileged access to the hypervisor. */
  virDomainCreateXML(conn: Handle<'Connection'>, xmlDesc: string | null, flags: number): Promise<Handle<'Domain'>>;
  /** Defines a domain, but does not start it. */
  virDomainDefineXMLFlags(conn: Handle<'Connection'>, xml: string | null, flags: number): Promise<Handle<'Domain'>>;
  /** Dynamically delete an IOThread from the domain. */
  virDomainDelIOThread(domain: Handle<'Domain'>, iothread_id: number, flags: number): Promise<number>;
  /** Destroy the domain object. */
  virDomainDestroyFlags(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Detach a virtual device from a domain, using the alias to specify the device. */
  virDomainDetachDeviceAlias(domain: Handle<'Domain'>, alias: string | null, flags: number): Promise<number>;
  /** Detach a virtual device from a domain, using the flags parameter to control how the device is detached. */
  virDomainDetachDeviceFlags(domain: Handle<'Domain'>, xml: string | null, flags: number): Promise<number>;
  /** Freeze specified filesystems within the guest (hence guest agent may be required depending on hypervisor used). */
  virDomainFSFreeze(dom: Handle<'Domain'>, mountpoints: readonly string[], flags: number): Promise<number>;
  /** Thaw specified filesystems within the guest. */
  virDomainFSThaw(dom: Handle<'Domain'>, mountpoints: readonly string[], flags: number): Promise<number>;
  /** Calls FITRIM within the guest (hence guest agent may be required depending on hypervisor used). */
  virDomainFSTrim(
    dom: Handle<'Domain'>,
    mountPoint: string | null,
    minimum: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Provides a boolean value indicating whether the domain configured to be automatically started when the host machine boots. */
  virDomainGetAutostart(domain: Handle<'Domain'>): Promise<number>;
  /** Get all blkio parameters. */
  virDomainGetBlkioParameters(domain: Handle<'Domain'>, flags: number): Promise<ParameterValues>;
  /** Extract information about a domain's block device. */
  virDomainGetBlockInfo(domain: Handle<'Domain'>, disk: string | null, flags: number): Promise<DomainBlockInfo>;
  /** Get all block IO tunable parameters for a given device. */
  virDomainGetBlockIoTune(dom: Handle<'Domain'>, disk: string | null, flags: number): Promise<ParameterValues>;
  /** Extract details about current state of control interface to a domain. */
  virDomainGetControlInfo(domain: Handle<'Domain'>, flags: number): Promise<DomainControlInfo>;
  /** Get a list of mapping information for each mounted file systems within the specified guest and the disks. */
  virDomainGetFSInfo(dom: Handle<'Domain'>, flags: number): Promise<DomainFSInfo[]>;
  /** Queries the guest agent for the various information about the guest system. */
  virDomainGetGuestInfo(domain: Handle<'Domain'>, types: number, flags: number): Promise<ParameterValues>;
  /** Queries the guest agent for state and information regarding vCPUs from guest's perspective. */
  virDomainGetGuestVcpus(domain: Handle<'Domain'>, flags: number): Promise<ParameterValues>;
  /** Get the hostname for that domain. */
  virDomainGetHostname(domain: Handle<'Domain'>, flags: number): Promise<string>;
  /** Fetch IOThreads of an active domain including the cpumap information to determine on which CPU the IOThread has affinity to run. */
  virDomainGetIOThreadInfo(dom: Handle<'Domain'>, flags: number): Promise<DomainIOThreadInfo[]>;
  /** Extract information about a domain. */
  virDomainGetInfo(domain: Handle<'Domain'>): Promise<DomainInfo>;
  /** Get all interface parameters. */
  virDomainGetInterfaceParameters(
    domain: Handle<'Domain'>,
    device: string | null,
    flags: number,
  ): Promise<ParameterValues>;
  /** Extract information about progress of a background job on a domain. */
  virDomainGetJobStats(domain: Handle<'Domain'>, flags: number): Promise<[number, ParameterValues]>;
  /** Get the launch security info. */
  virDomainGetLaunchSecurityInfo(domain: Handle<'Domain'>, flags: number): Promise<ParameterValues>;
  /** Retrieve the maximum amount of physical memory allocated to a domain. */
  virDomainGetMaxMemory(domain: Handle<'Domain'>): Promise<bigint>;
  /** Provides the maximum number of virtual CPUs supported for the guest VM. */
  virDomainGetMaxVcpus(domain: Handle<'Domain'>): Promise<number>;
  /** Get all memory parameters. */
  virDomainGetMemoryParameters(domain: Handle<'Domain'>, flags: number): Promise<ParameterValues>;
  /** Fetch a list of all messages recorded against the VM and store them into @msgs array which is allocated upon successful return and is NULL terminated. */
  virDomainGetMessages(domain: Handle<'Domain'>, flags: number): Promise<string[]>;
  /** Retrieves the appropriate domain element given by @type. */
  virDomainGetMetadata(domain: Handle<'Domain'>, type: number, uri: string | null, flags: number): Promise<string>;
  /** Get the public name for that domain */
  virDomainGetName(domain: Handle<'Domain'>): string;
  /** Get all numa parameters. */
  virDomainGetNumaParameters(domain: Handle<'Domain'>, flags: number): Promise<ParameterValues>;
  /** Get the type of domain operation system. */
  virDomainGetOSType(domain: Handle<'Domain'>): Promise<string>;
  /** Get all Linux perf events setting. */
  virDomainGetPerfEvents(domain: Handle<'Domain'>, flags: number): Promise<ParameterValues>;
  /** Extract security label of an active domain. */
  virDomainGetSecurityLabel(domain: Handle<'Domain'>): Promise<SecurityLabel>;
  /** Extract domain state. */
  virDomainGetState(domain: Handle<'Domain'>, flags: number): Promise<[number, number]>;
  /** Extract information about guest time and store it into @seconds and @nseconds. */
  virDomainGetTime(dom: Handle<'Domain'>, flags: number): Promise<[bigint, number]>;
  /** Query the number of virtual CPUs used by the domain. */
  virDomainGetVcpusFlags(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Provide an XML description of the domain. */
  virDomainGetXMLDesc(domain: Handle<'Domain'>, flags: number): Promise<string>;
  /** Determine if the domain has a current snapshot. */
  virDomainHasCurrentSnapshot(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Check if a domain has a managed save image as created by virDomainManagedSave(). */
  virDomainHasManagedSaveImage(dom: Handle<'Domain'>, flags: number): Promise<number>;
  /** Send NMI to the guest */
  virDomainInjectNMI(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Return a pointer to the allocated array of pointers to interfaces present in given domain along with their IP and MAC addresses. */
  virDomainInterfaceAddresses(dom: Handle<'Domain'>, source: number, flags: number): Promise<DomainInterface[]>;
  /** This function returns network interface stats for interfaces attached to the domain. */
  virDomainInterfaceStats(dom: Handle<'Domain'>, device: string | null): Promise<DomainInterfaceStats>;
  /** Determine if the domain is currently running */
  virDomainIsActive(dom: Handle<'Domain'>): Promise<number>;
  /** Determine if the domain has a persistent configuration which means it will still exist after shutting down */
  virDomainIsPersistent(dom: Handle<'Domain'>): Promise<number>;
  /** Determine if the domain has been updated. */
  virDomainIsUpdated(dom: Handle<'Domain'>): Promise<number>;
  /** Collect the list of domain checkpoints for the given domain and allocate an array to store those objects. */
  virDomainListAllCheckpoints(domain: Handle<'Domain'>, flags: number): Promise<Handle<'DomainCheckpoint'>[]>;
  /** Collect the list of domain snapshots for the given domain and allocate an array to store those objects. */
  virDomainListAllSnapshots(domain: Handle<'Domain'>, flags: number): Promise<Handle<'DomainSnapshot'>[]>;
  /** Try to find a domain based on the hypervisor ID number Note that this won't work for inactive domains which have an ID of -1, in that case a lookup based on the Name or UUID need to be done instead. */
  virDomainLookupByID(conn: Handle<'Connection'>, id: number): Promise<Handle<'Domain'>>;
  /** Try to lookup a domain on the given hypervisor based on its name. */
  virDomainLookupByName(conn: Handle<'Connection'>, name: string | null): Promise<Handle<'Domain'>>;
  /** Try to lookup a domain on the given hypervisor based on its UUID. */
  virDomainLookupByUUIDString(conn: Handle<'Connection'>, uuidstr: string | null): Promise<Handle<'Domain'>>;
  /** This method will suspend a domain and save its memory contents to a file on disk. */
  virDomainManagedSave(dom: Handle<'Domain'>, flags: number): Promise<number>;
  /** This updates the definition of a domain stored in a saved state file. */
  virDomainManagedSaveDefineXML(domain: Handle<'Domain'>, dxml: string | null, flags: number): Promise<number>;
  /** This method will extract the XML description of the managed save state file of a domain. */
  virDomainManagedSaveGetXMLDesc(domain: Handle<'Domain'>, flags: number): Promise<string>;
  /** Remove any managed save image for this domain. */
  virDomainManagedSaveRemove(dom: Handle<'Domain'>, flags: number): Promise<number>;
  /** Gets current size of the cache (in bytes) used for compressing repeatedly transferred memory pages during live migration. */
  virDomainMigrateGetCompressionCache(domain: Handle<'Domain'>, flags: number): Promise<bigint>;
  /** Gets current maximum tolerable time for which the domain may be paused at the end of live migration. */
  virDomainMigrateGetMaxDowntime(domain: Handle<'Domain'>, flags: number): Promise<bigint>;
  /** Get the current maximum bandwidth (in MiB/s) that will be used if the domain is migrated. */
  virDomainMigrateGetMaxSpeed(domain: Handle<'Domain'>, flags: number): Promise<bigint>;
  /** Sets size of the cache (in bytes) used for compressing repeatedly transferred memory pages during live migration. */
  virDomainMigrateSetCompressionCache(
    domain: Handle<'Domain'>,
    cacheSize: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Sets maximum tolerable time for which the domain is allowed to be paused at the end of live migration. */
  virDomainMigrateSetMaxDowntime(domain: Handle<'Domain'>, downtime: bigint | number, flags: number): Promise<number>;
  /** The maximum bandwidth (in MiB/s) that will be used to do migration can be specified with the bandwidth parameter. */
  virDomainMigrateSetMaxSpeed(domain: Handle<'Domain'>, bandwidth: bigint | number, flags: number): Promise<number>;
  /** Starts post-copy migration. */
  virDomainMigrateStartPostCopy(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Migrate the domain object from its current host to the destination host given by URI. */
  virDomainMigrateToURI3(
    domain: Handle<'Domain'>,
    dconnuri: string | null,
    params: TypedParameters,
    flags: number,
  ): Promise<number>;
  /** This opens the host interface associated with a channel device on a guest, if the host interface is supported. */
  virDomainOpenChannel(
    dom: Handle<'Domain'>,
    name: string | null,
    st: Handle<'Stream'>,
    flags: number,
  ): Promise<number>;
  /** This opens the backend associated with a console, serial or parallel port device on a guest, if the backend is supported. */
  virDomainOpenConsole(
    dom: Handle<'Domain'>,
    dev_name: string | null,
    st: Handle<'Stream'>,
    flags: number,
  ): Promise<number>;
  /** Attempt to have the guest enter the given @target power management suspension level. */
  virDomainPMSuspendForDuration(
    dom: Handle<'Domain'>,
    target: number,
    duration: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Inject a wakeup into the guest that previously used virDomainPMSuspendForDuration, rather than waiting for the previously requested duration (if any) to elapse. */
  virDomainPMWakeup(dom: Handle<'Domain'>, flags: number): Promise<number>;
  /** Dynamically change the real CPUs which can be allocated to all emulator threads. */
  virDomainPinEmulator(domain: Handle<'Domain'>, cpumap: Uint8Array, flags: number): Promise<number>;
  /** Dynamically change the real CPUs which can be allocated to an IOThread. */
  virDomainPinIOThread(
    domain: Handle<'Domain'>,
    iothread_id: number,
    cpumap: Uint8Array,
    flags: number,
  ): Promise<number>;
  /** Dynamically change the real CPUs which can be allocated to a virtual CPU. */
  virDomainPinVcpuFlags(domain: Handle<'Domain'>, vcpu: number, cpumap: Uint8Array, flags: number): Promise<number>;
  /** Execute an arbitrary Guest Agent command. */
  virDomainQemuAgentCommand(
    domain: Handle<'Domain'>,
    cmd: string | null,
    timeout: number,
    flags: number,
  ): Promise<string>;
  /** This API is QEMU specific, so it will only work with hypervisor connections to the QEMU driver. */
  virDomainQemuAttach(conn: Handle<'Connection'>, pid_value: number, flags: number): Promise<Handle<'Domain'>>;
  /** This API is QEMU specific, so it will only work with hypervisor connections to the QEMU driver. */
  virDomainQemuMonitorCommand(domain: Handle<'Domain'>, cmd: string | null, flags: number): Promise<string>;
  /** Reboot a domain, the domain object is still usable thereafter, but the domain OS is being stopped for a restart. */
  virDomainReboot(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Rename a domain. */
  virDomainRename(dom: Handle<'Domain'>, new_name: string | null, flags: number): Promise<number>;
  /** Reset a domain immediately without any guest OS shutdown. */
  virDomainReset(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** This method will restore a domain saved to disk by virDomainSave(). */
  virDomainRestoreFlags(
    conn: Handle<'Connection'>,
    from: string | null,
    dxml: string | null,
    flags: number,
  ): Promise<number>;
  /** This method extends virDomainRestoreFlags by adding parameters. */
  virDomainRestoreParams(conn: Handle<'Connection'>, params: TypedParameters, flags: number): Promise<number>;
  /** Resume a suspended domain, the process is restarted from the state where it was frozen by calling virDomainSuspend(). */
  virDomainResume(domain: Handle<'Domain'>): Promise<number>;
  /** Revert the domain to a given snapshot. */
  virDomainRevertToSnapshot(snapshot: Handle<'DomainSnapshot'>, flags: number): Promise<number>;
  /** This method will suspend a domain and save its memory contents to a file on disk. */
  virDomainSaveFlags(domain: Handle<'Domain'>, to: string | null, dxml: string | null, flags: number): Promise<number>;
  /** This updates the definition of a domain stored in a saved state file. */
  virDomainSaveImageDefineXML(
    conn: Handle<'Connection'>,
    file: string | null,
    dxml: string | null,
    flags: number,
  ): Promise<number>;
  /** This method will extract the XML describing the domain at the time a saved state file was created. */
  virDomainSaveImageGetXMLDesc(conn: Handle<'Connection'>, file: string | null, flags: number): Promise<string>;
  /** This method extends virDomainSaveFlags by adding parameters. */
  virDomainSaveParams(domain: Handle<'Domain'>, params: TypedParameters, flags: number): Promise<number>;
  /** Take a screenshot of current domain console as a stream. */
  virDomainScreenshot(
    domain: Handle<'Domain'>,
    stream: Handle<'Stream'>,
    screen: number,
    flags: number,
  ): Promise<string>;
  /** Send a signal to the designated process in the guest The signal numbers must be taken from the virDomainProcessSignal enum. */
  virDomainSendProcessSignal(
    domain: Handle<'Domain'>,
    pid_value: bigint | number,
    signum: number,
    flags: number,
  ): Promise<number>;
  /** Configure the domain to be automatically started when the host machine boots. */
  virDomainSetAutostart(domain: Handle<'Domain'>, autostart: number): Promise<number>;
  /** Change all or a subset of the blkio tunables. */
  virDomainSetBlkioParameters(domain: Handle<'Domain'>, params: TypedParameters, flags: number): Promise<number>;
  /** Change all or a subset of the per-device block IO tunables. */
  virDomainSetBlockIoTune(
    dom: Handle<'Domain'>,
    disk: string | null,
    params: TypedParameters,
    flags: number,
  ): Promise<number>;
  /** Set the threshold level for delivering the VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD if the device or backing chain element described by @dev is written beyond the set threshold level. */
  virDomainSetBlockThreshold(
    domain: Handle<'Domain'>,
    dev: string | null,
    threshold: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Sets state of individual vcpus described by @cpumap via guest agent. */
  virDomainSetGuestVcpus(
    domain: Handle<'Domain'>,
    cpumap: string | null,
    state: number,
    flags: number,
  ): Promise<number>;
  /** Dynamically set IOThread parameters to the domain. */
  virDomainSetIOThreadParams(
    domain: Handle<'Domain'>,
    iothread_id: number,
    params: TypedParameters,
    flags: number,
  ): Promise<number>;
  /** Change a subset or all parameters of interface; currently this includes bandwidth parameters. */
  virDomainSetInterfaceParameters(
    domain: Handle<'Domain'>,
    device: string | null,
    params: TypedParameters,
    flags: number,
  ): Promise<number>;
  /** Set a launch security secret in the guest's memory. */
  virDomainSetLaunchSecurityState(domain: Handle<'Domain'>, params: TypedParameters, flags: number): Promise<number>;
  /** Changes the actions of lifecycle events for domain represented as <on_$type>$action</on_$type> in the domain XML. */
  virDomainSetLifecycleAction(domain: Handle<'Domain'>, type: number, action: number, flags: number): Promise<number>;
  /** Dynamically change the maximum amount of physical memory allocated to a domain. */
  virDomainSetMaxMemory(domain: Handle<'Domain'>, memory: bigint | number): Promise<number>;
  /** Dynamically change the target amount of physical memory allocated to a domain. */
  virDomainSetMemoryFlags(domain: Handle<'Domain'>, memory: bigint | number, flags: number): Promise<number>;
  /** Change all or a subset of the memory tunables. */
  virDomainSetMemoryParameters(domain: Handle<'Domain'>, params: TypedParameters, flags: number): Promise<number>;
  /** Dynamically change the domain memory balloon driver statistics collection period. */
  virDomainSetMemoryStatsPeriod(domain: Handle<'Domain'>, period: number, flags: number): Promise<number>;
  /** Sets the appropriate domain element given by @type to the value of @metadata. */
  virDomainSetMetadata(
    domain: Handle<'Domain'>,
    type: number,
    metadata: string | null,
    key: string | null,
    uri: string | null,
    flags: number,
  ): Promise<number>;
  /** Change all or a subset of the numa tunables. */
  virDomainSetNumaParameters(domain: Handle<'Domain'>, params: TypedParameters, flags: number): Promise<number>;
  /** Enable or disable the particular list of Linux perf events you care about. */
  virDomainSetPerfEvents(domain: Handle<'Domain'>, params: TypedParameters, flags: number): Promise<number>;
  /** Change a subset or all scheduler parameters. */
  virDomainSetSchedulerParametersFlags(
    domain: Handle<'Domain'>,
    params: TypedParameters,
    flags: number,
  ): Promise<number>;
  /** When a domain is suspended or restored from a file the domain's OS has no idea that there was a big gap in the time. */
  virDomainSetTime(dom: Handle<'Domain'>, seconds: bigint | number, nseconds: number, flags: number): Promise<number>;
  /** Sets the @user password to the value specified by @password. */
  virDomainSetUserPassword(
    dom: Handle<'Domain'>,
    user: string | null,
    password: string | null,
    flags: number,
  ): Promise<number>;
  /** Enables/disables individual vcpus described by @vcpumap in the hypervisor. */
  virDomainSetVcpu(domain: Handle<'Domain'>, vcpumap: string | null, state: number, flags: number): Promise<number>;
  /** Dynamically change the number of virtual CPUs used by the domain. */
  virDomainSetVcpusFlags(domain: Handle<'Domain'>, nvcpus: number, flags: number): Promise<number>;
  /** Shutdown a domain, the domain object is still usable thereafter but the domain OS is being stopped. */
  virDomainShutdownFlags(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Creates a new snapshot of a domain based on the snapshot xml contained in xmlDesc, with a top-level element <domainsnapshot>. */
  virDomainSnapshotCreateXML(
    domain: Handle<'Domain'>,
    xmlDesc: string | null,
    flags: number,
  ): Promise<Handle<'DomainSnapshot'>>;
  /** Get the current snapshot for a domain, if any. */
  virDomainSnapshotCurrent(domain: Handle<'Domain'>, flags: number): Promise<Handle<'DomainSnapshot'>>;
  /** Delete the snapshot. */
  virDomainSnapshotDelete(snapshot: Handle<'DomainSnapshot'>, flags: number): Promise<number>;
  /** Get the public name for that snapshot */
  virDomainSnapshotGetName(snapshot: Handle<'DomainSnapshot'>): string;
  /** Get the parent snapshot for @snapshot, if any. */
  virDomainSnapshotGetParent(snapshot: Handle<'DomainSnapshot'>, flags: number): Promise<Handle<'DomainSnapshot'>>;
  /** Provide an XML description of the domain snapshot, with a top-level element of <domainsnapshot>. */
  virDomainSnapshotGetXMLDesc(snapshot: Handle<'DomainSnapshot'>, flags: number): Promise<string>;
  /** Determine if the given snapshot is associated with libvirt metadata that would prevent the deletion of the domain. */
  virDomainSnapshotHasMetadata(snapshot: Handle<'DomainSnapshot'>, flags: number): Promise<number>;
  /** Determine if the given snapshot is the domain's current snapshot. */
  virDomainSnapshotIsCurrent(snapshot: Handle<'DomainSnapshot'>, flags: number): Promise<number>;
  /** Collect the list of domain snapshots that are children of the given snapshot, and allocate an array to store those objects. */
  virDomainSnapshotListAllChildren(
    snapshot: Handle<'DomainSnapshot'>,
    flags: number,
  ): Promise<Handle<'DomainSnapshot'>[]>;
  /** Try to lookup a domain snapshot based on its name. */
  virDomainSnapshotLookupByName(
    domain: Handle<'Domain'>,
    name: string | null,
    flags: number,
  ): Promise<Handle<'DomainSnapshot'>>;
  /** Calculate the current domain's memory dirty rate in next @seconds. */
  virDomainStartDirtyRateCalc(domain: Handle<'Domain'>, seconds: number, flags: number): Promise<number>;
  /** Suspends an active domain, the process is frozen without further access to CPU resources and I/O but the memory used by the domain at the hypervisor level will stay allocated. */
  virDomainSuspend(domain: Handle<'Domain'>): Promise<number>;
  /** Undefine a domain. */
  virDomainUndefineFlags(domain: Handle<'Domain'>, flags: number): Promise<number>;
  /** Change a virtual device on a domain, using the flags parameter to control how the device is changed. */
  virDomainUpdateDeviceFlags(domain: Handle<'Domain'>, xml: string | null, flags: number): Promise<number>;
  /** This function creates a restore point to which one can return later by calling virInterfaceChangeRollback(). */
  virInterfaceChangeBegin(conn: Handle<'Connection'>, flags: number): Promise<number>;
  /** This commits the changes made to interfaces and frees the restore point created by virInterfaceChangeBegin(). */
  virInterfaceChangeCommit(conn: Handle<'Connection'>, flags: number): Promise<number>;
  /** This cancels changes made to interfaces settings by restoring previous state created by virInterfaceChangeBegin(). */
  virInterfaceChangeRollback(conn: Handle<'Connection'>, flags: number): Promise<number>;
  /** Activate an interface (i.e. */
  virInterfaceCreate(iface: Handle<'Interface'>, flags: number): Promise<number>;
  /** Define an inactive persistent physical host interface or modify an existing persistent one from the XML description. */
  virInterfaceDefineXML(conn: Handle<'Connection'>, xml: string | null, flags: number): Promise<Handle<'Interface'>>;
  /** deactivate an interface (ie call "ifdown") This does not remove the interface from the config, and does not free the associated virInterfacePtr object. */
  virInterfaceDestroy(iface: Handle<'Interface'>, flags: number): Promise<number>;
  /** Get the MAC for an interface as string. */
  virInterfaceGetMACString(iface: Handle<'Interface'>): string;
  /** Get the public name for that interface */
  virInterfaceGetName(iface: Handle<'Interface'>): string;
  /** VIR_INTERFACE_XML_INACTIVE - return the static configuration, suitable for use redefining the interface via virInterfaceDefineXML() Provide an XML description of the interface. */
  virInterfaceGetXMLDesc(iface: Handle<'Interface'>, flags: number): Promise<string>;
  /** Determine if the interface is currently running */
  virInterfaceIsActive(iface: Handle<'Interface'>): Promise<number>;
  /** Try to lookup an interface on the given hypervisor based on its MAC. */
  virInterfaceLookupByMACString(conn: Handle<'Connection'>, macstr: string | null): Promise<Handle<'Interface'>>;
  /** Try to lookup an interface on the given hypervisor based on its name. */
  virInterfaceLookupByName(conn: Handle<'Connection'>, name: string | null): Promise<Handle<'Interface'>>;
  /** Undefine an interface, ie remove it from the config. */
  virInterfaceUndefine(iface: Handle<'Interface'>): Promise<number>;
  /** Define a new network filter, based on an XML description similar to the one returned by virNWFilterGetXMLDesc(). */
  virNWFilterBindingCreateXML(
    conn: Handle<'Connection'>,
    xml: string | null,
    flags: number,
  ): Promise<Handle<'NWFilterBinding'>>;
  /** Delete the binding object. */
  virNWFilterBindingDelete(binding: Handle<'NWFilterBinding'>): Promise<number>;
  /** Get the filter name for the network filter binding */
  virNWFilterBindingGetFilterName(binding: Handle<'NWFilterBinding'>): string;
  /** Get the port dev name for the network filter binding */
  virNWFilterBindingGetPortDev(binding: Handle<'NWFilterBinding'>): string;
  /** Provide an XML description of the network filter. */
  virNWFilterBindingGetXMLDesc(binding: Handle<'NWFilterBinding'>, flags: number): Promise<string>;
  /** Try to lookup a network filter binding on the given hypervisor based on network port device name. */
  virNWFilterBindingLookupByPortDev(
    conn: Handle<'Connection'>,
    portdev: string | null,
  ): Promise<Handle<'NWFilterBinding'>>;
  virNWFilterDefineXML(conn: Handle<'Connection'>, xmlDesc: string | null): Promise<Handle<'NWFilter'>>;
  virNWFilterDefineXMLFlags(
    conn: Handle<'Connection'>,
    xmlDesc: string | null,
    flags: number,
  ): Promise<Handle<'NWFilter'>>;
  /** Get the public name for the network filter */
  virNWFilterGetName(nwfilter: Handle<'NWFilter'>): string;
  /** Provide an XML description of the network filter. */
  virNWFilterGetXMLDesc(nwfilter: Handle<'NWFilter'>, flags: number): Promise<string>;
  /** Try to lookup a network filter on the given hypervisor based on its name. */
  virNWFilterLookupByName(conn: Handle<'Connection'>, name: string | null): Promise<Handle<'NWFilter'>>;
  /** Try to lookup an nwfilter on the given hypervisor based on its UUID. */
  virNWFilterLookupByUUIDString(conn: Handle<'Connection'>, uuidstr: string | null): Promise<Handle<'NWFilter'>>;
  /** Undefine the nwfilter object. */
  virNWFilterUndefine(nwfilter: Handle<'NWFilter'>): Promise<number>;
  /** Create and start a defined network. */
  virNetworkCreate(network: Handle<'Network'>): Promise<number>;
  virNetworkCreateXML(conn: Handle<'Connection'>, xmlDesc: string | null): Promise<Handle<'Network'>>;
  virNetworkCreateXMLFlags(
    conn: Handle<'Connection'>,
    xmlDesc: string | null,
    flags: number,
  ): Promise<Handle<'Network'>>;
  /** Define an inactive persistent virtual network or modify an existing persistent one from the XML description. */
  virNetworkDefineXML(conn: Handle<'Connection'>, xml: string | null): Promise<Handle<'Network'>>;
  /** Define an inactive persistent virtual network or modify an existing persistent one from the XML description. */
  virNetworkDefineXMLFlags(conn: Handle<'Connection'>, xml: string | null, flags: number): Promise<Handle<'Network'>>;
  /** Destroy the network object. */
  virNetworkDestroy(network: Handle<'Network'>): Promise<number>;
  /** Provides a boolean value indicating whether the network configured to be automatically started when the host machine boots. */
  virNetworkGetAutostart(network: Handle<'Network'>): Promise<number>;
  /** Provides a bridge interface name to which a domain may connect a network interface in order to join the network. */
  virNetworkGetBridgeName(network: Handle<'Network'>): Promise<string>;
  virNetworkGetDHCPLeases(network: Handle<'Network'>, mac: string | null, flags: number): Promise<NetworkDHCPLease[]>;
  /** Get the public name for that network */
  virNetworkGetName(network: Handle<'Network'>): string;
  /** Provide an XML description of the network. */
  virNetworkGetXMLDesc(network: Handle<'Network'>, flags: number): Promise<string>;
  /** Determine if the network is currently running */
  virNetworkIsActive(net: Handle<'Network'>): Promise<number>;
  /** Determine if the network has a persistent configuration which means it will still exist after shutting down */
  virNetworkIsPersistent(net: Handle<'Network'>): Promise<number>;
  /** Collect the list of network ports, and allocate an array to store those objects. */
  virNetworkListAllPorts(network: Handle<'Network'>, flags: number): Promise<Handle<'NetworkPort'>[]>;
  /** Try to lookup a network on the given hypervisor based on its name. */
  virNetworkLookupByName(conn: Handle<'Connection'>, name: string | null): Promise<Handle<'Network'>>;
  /** Try to lookup a network on the given hypervisor based on its UUID. */
  virNetworkLookupByUUIDString(conn: Handle<'Connection'>, uuidstr: string | null): Promise<Handle<'Network'>>;
  virNetworkPortCreateXML(
    net: Handle<'Network'>,
    xmldesc: string | null,
    flags: number,
  ): Promise<Handle<'NetworkPort'>>;
  /** Delete the network port. */
  virNetworkPortDelete(port: Handle<'NetworkPort'>, flags: number): Promise<number>;
  /** Get all interface parameters. */
  virNetworkPortGetParameters(port: Handle<'NetworkPort'>, flags: number): Promise<ParameterValues>;
  /** Provide an XML description of the network port. */
  virNetworkPortGetXMLDesc(port: Handle<'NetworkPort'>, flags: number): Promise<string>;
  /** Try to lookup a port on the given network based on its UUID. */
  virNetworkPortLookupByUUIDString(net: Handle<'Network'>, uuidstr: string | null): Promise<Handle<'NetworkPort'>>;
  /** Change a subset or all parameters of the network port; currently this includes bandwidth parameters. */
  virNetworkPortSetParameters(port: Handle<'NetworkPort'>, params: TypedParameters, flags: number): Promise<number>;
  /** Configure the network to be automatically started when the host machine boots. */
  virNetworkSetAutostart(network: Handle<'Network'>, autostart: number): Promise<number>;
  /** Undefine a network but does not stop it if it is running */
  virNetworkUndefine(network: Handle<'Network'>): Promise<number>;
  /** Update the definition of an existing network, either its live running state, its persistent configuration, or both. */
  virNetworkUpdate(
    network: Handle<'Network'>,
    command: number,
    section: number,
    parentIndex: number,
    xml: string | null,
    flags: number,
  ): Promise<number>;
  /** Start a defined node device: */
  virNodeDeviceCreate(dev: Handle<'NodeDevice'>, flags: number): Promise<number>;
  /** Create a new device on the VM host machine, for example, virtual HBAs created using vport_create. */
  virNodeDeviceCreateXML(
    conn: Handle<'Connection'>,
    xmlDesc: string | null,
    flags: number,
  ): Promise<Handle<'NodeDevice'>>;
  /** Define a new device on the VM host machine, for example, a mediated device virNodeDeviceFree should be used to free the resources after the node device object is no longer needed. */
  virNodeDeviceDefineXML(
    conn: Handle<'Connection'>,
    xmlDesc: string | null,
    flags: number,
  ): Promise<Handle<'NodeDevice'>>;
  /** Destroy the device object. */
  virNodeDeviceDestroy(dev: Handle<'NodeDevice'>): Promise<number>;
  /** Detach the node device from the node itself so that it may be assigned to a guest domain. */
  virNodeDeviceDetachFlags(dev: Handle<'NodeDevice'>, driverName: string | null, flags: number): Promise<number>;
  /** Provides a boolean value indicating whether the node device is configured to be automatically started when the host machine boots or the parent device becomes available. */
  virNodeDeviceGetAutostart(dev: Handle<'NodeDevice'>): Promise<number>;
  /** Just return the device name */
  virNodeDeviceGetName(dev: Handle<'NodeDevice'>): string;
  /** Fetch an XML document describing all aspects of the device. */
  virNodeDeviceGetXMLDesc(dev: Handle<'NodeDevice'>, flags: number): Promise<string>;
  /** Determine if the node device is currently active */
  virNodeDeviceIsActive(dev: Handle<'NodeDevice'>): Promise<number>;
  /** Determine if the node device has a persistent configuration which means it will still exist after shutting down */
  virNodeDeviceIsPersistent(dev: Handle<'NodeDevice'>): Promise<number>;
  /** Lookup a node device by its name. */
  virNodeDeviceLookupByName(conn: Handle<'Connection'>, name: string | null): Promise<Handle<'NodeDevice'>>;
  /** Lookup SCSI Host which is capable with 'fc_host' by its WWNN and WWPN. */
  virNodeDeviceLookupSCSIHostByWWN(
    conn: Handle<'Connection'>,
    wwnn: string | null,
    wwpn: string | null,
    flags: number,
  ): Promise<Handle<'NodeDevice'>>;
  /** Re-attach a previously detached node device to the node so that it may be used by the node again. */
  virNodeDeviceReAttach(dev: Handle<'NodeDevice'>): Promise<number>;
  /** Reset a previously detached node device to the node before or after assigning it to a guest. */
  virNodeDeviceReset(dev: Handle<'NodeDevice'>): Promise<number>;
  /** Configure the node device to be automatically started when the host machine boots or the parent device becomes available. */
  virNodeDeviceSetAutostart(dev: Handle<'NodeDevice'>, autostart: number): Promise<number>;
  /** Undefine the device object. */
  virNodeDeviceUndefine(dev: Handle<'NodeDevice'>, flags: number): Promise<number>;
  /** provides the free memory available on the Node Note: most libvirt APIs provide memory sizes in kibibytes, but in this function the returned value is in bytes. */
  virNodeGetFreeMemory(conn: Handle<'Connection'>): Promise<bigint>;
  /** Extract hardware information about the node. */
  virNodeGetInfo(conn: Handle<'Connection'>): Promise<NodeInfo>;
  /** Get all node memory parameters (parameters unsupported by OS will be omitted). */
  virNodeGetMemoryParameters(conn: Handle<'Connection'>, flags: number): Promise<ParameterValues>;
  /** If hypervisor supports AMD's SEV feature, then @params will contain various platform specific information like PDH and certificate chain. */
  virNodeGetSEVInfo(conn: Handle<'Connection'>, flags: number): Promise<ParameterValues>;
  /** Extract the security model of a hypervisor. */
  virNodeGetSecurityModel(conn: Handle<'Connection'>): Promise<SecurityModel>;
  /** Change all or a subset of the node memory tunables. */
  virNodeSetMemoryParameters(conn: Handle<'Connection'>, params: TypedParameters, flags: number): Promise<number>;
  /** Attempt to suspend the node (host machine) for the given duration of time in the specified state (Suspend-to-RAM, Suspend-to-Disk or Hybrid-Suspend). */
  virNodeSuspendForDuration(
    conn: Handle<'Connection'>,
    target: number,
    duration: bigint | number,
    flags: number,
  ): Promise<number>;
  /** If XML specifies a UUID, locates the specified secret and replaces all attributes of the secret specified by UUID by attributes specified in xml (any attributes not specified in xml are discarded). */
  virSecretDefineXML(conn: Handle<'Connection'>, xml: string | null, flags: number): Promise<Handle<'Secret'>>;
  /** Get the unique identifier of the object with which this secret is to be used. */
  virSecretGetUsageID(secret: Handle<'Secret'>): string;
  /** Get the type of object which uses this secret. */
  virSecretGetUsageType(secret: Handle<'Secret'>): number;
  /** Fetches an XML document describing attributes of the secret. */
  virSecretGetXMLDesc(secret: Handle<'Secret'>, flags: number): Promise<string>;
  /** Try to lookup a secret on the given hypervisor based on its UUID. */
  virSecretLookupByUUIDString(conn: Handle<'Connection'>, uuidstr: string | null): Promise<Handle<'Secret'>>;
  /** Try to lookup a secret on the given hypervisor based on its usage The usageID is unique within the set of secrets sharing the same usageType value. */
  virSecretLookupByUsage(
    conn: Handle<'Connection'>,
    usageType: number,
    usageID: string | null,
  ): Promise<Handle<'Secret'>>;
  /** Deletes the specified secret. */
  virSecretUndefine(secret: Handle<'Secret'>): Promise<number>;
  /** Currently only filesystem pool accepts flags VIR_STORAGE_POOL_BUILD_OVERWRITE and VIR_STORAGE_POOL_BUILD_NO_OVERWRITE. */
  virStoragePoolBuild(pool: Handle<'StoragePool'>, flags: number): Promise<number>;
  /** Starts an inactive storage pool */
  virStoragePoolCreate(pool: Handle<'StoragePool'>, flags: number): Promise<number>;
  /** Create a new storage based on its XML description. */
  virStoragePoolCreateXML(
    conn: Handle<'Connection'>,
    xmlDesc: string | null,
    flags: number,
  ): Promise<Handle<'StoragePool'>>;
  /** Define an inactive persistent storage pool or modify an existing persistent one from the XML description. */
  virStoragePoolDefineXML(
    conn: Handle<'Connection'>,
    xml: string | null,
    flags: number,
  ): Promise<Handle<'StoragePool'>>;
  /** Delete the underlying pool resources. */
  virStoragePoolDelete(pool: Handle<'StoragePool'>, flags: number): Promise<number>;
  /** Destroy an active storage pool. */
  virStoragePoolDestroy(pool: Handle<'StoragePool'>): Promise<number>;
  /** Fetches the value of the autostart flag, which determines whether the pool is automatically started at boot time */
  virStoragePoolGetAutostart(pool: Handle<'StoragePool'>): Promise<number>;
  /** Get volatile information about the storage pool such as free space / usage summary */
  virStoragePoolGetInfo(pool: Handle<'StoragePool'>): Promise<StoragePoolInfo>;
  /** Fetch the locally unique name of the storage pool */
  virStoragePoolGetName(pool: Handle<'StoragePool'>): string;
  /** Fetch an XML document describing all aspects of the storage pool. */
  virStoragePoolGetXMLDesc(pool: Handle<'StoragePool'>, flags: number): Promise<string>;
  /** Determine if the storage pool is currently running */
  virStoragePoolIsActive(pool: Handle<'StoragePool'>): Promise<number>;
  /** Determine if the storage pool has a persistent configuration which means it will still exist after shutting down */
  virStoragePoolIsPersistent(pool: Handle<'StoragePool'>): Promise<number>;
  /** Collect the list of storage volumes, and allocate an array to store those objects. */
  virStoragePoolListAllVolumes(pool: Handle<'StoragePool'>, flags: number): Promise<Handle<'StorageVol'>[]>;
  /** Fetch a storage pool based on its unique name virStoragePoolFree should be used to free the resources after the storage pool object is no longer needed. */
  virStoragePoolLookupByName(conn: Handle<'Connection'>, name: string | null): Promise<Handle<'StoragePool'>>;
  /** Fetch a storage pool which maps to a particular target directory. */
  virStoragePoolLookupByTargetPath(conn: Handle<'Connection'>, path: string | null): Promise<Handle<'StoragePool'>>;
  /** Fetch a storage pool based on its globally unique id virStoragePoolFree should be used to free the resources after the storage pool object is no longer needed. */
  virStoragePoolLookupByUUIDString(conn: Handle<'Connection'>, uuidstr: string | null): Promise<Handle<'StoragePool'>>;
  /** Fetch a storage pool which contains a particular volume virStoragePoolFree should be used to free the resources after the storage pool object is no longer needed. */
  virStoragePoolLookupByVolume(vol: Handle<'StorageVol'>): Promise<Handle<'StoragePool'>>;
  /** Request that the pool refresh its list of volumes. */
  virStoragePoolRefresh(pool: Handle<'StoragePool'>, flags: number): Promise<number>;
  /** Configure the storage pool to be automatically started when the host machine boots. */
  virStoragePoolSetAutostart(pool: Handle<'StoragePool'>, autostart: number): Promise<number>;
  /** Undefine an inactive storage pool */
  virStoragePoolUndefine(pool: Handle<'StoragePool'>): Promise<number>;
  /** Create a storage volume within a pool based on an XML description. */
  virStorageVolCreateXML(
    pool: Handle<'StoragePool'>,
    xmlDesc: string | null,
    flags: number,
  ): Promise<Handle<'StorageVol'>>;
  /** Create a storage volume in the parent pool, using the 'clonevol' volume as input. */
  virStorageVolCreateXMLFrom(
    pool: Handle<'StoragePool'>,
    xmlDesc: string | null,
    clonevol: Handle<'StorageVol'>,
    flags: number,
  ): Promise<Handle<'StorageVol'>>;
  /** Delete the storage volume from the pool */
  virStorageVolDelete(vol: Handle<'StorageVol'>, flags: number): Promise<number>;
  /** Download the content of the volume as a stream. */
  virStorageVolDownload(
    vol: Handle<'StorageVol'>,
    stream: Handle<'Stream'>,
    offset: bigint | number,
    length: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Fetches volatile information about the storage volume such as its current allocation */
  virStorageVolGetInfo(vol: Handle<'StorageVol'>): Promise<StorageVolInfo>;
  /** Fetches volatile information about the storage volume such as its current allocation. */
  virStorageVolGetInfoFlags(vol: Handle<'StorageVol'>, flags: number): Promise<StorageVolInfo>;
  /** Fetch the storage volume key. */
  virStorageVolGetKey(vol: Handle<'StorageVol'>): string;
  /** Fetch the storage volume name. */
  virStorageVolGetName(vol: Handle<'StorageVol'>): string;
  /** Fetch the storage volume path. */
  virStorageVolGetPath(vol: Handle<'StorageVol'>): Promise<string>;
  /** Fetch an XML document describing all aspects of the storage volume */
  virStorageVolGetXMLDesc(vol: Handle<'StorageVol'>, flags: number): Promise<string>;
  /** Fetch a pointer to a storage volume based on its globally unique key virStorageVolFree should be used to free the resources after the storage volume object is no longer needed. */
  virStorageVolLookupByKey(conn: Handle<'Connection'>, key: string | null): Promise<Handle<'StorageVol'>>;
  /** Fetch a pointer to a storage volume based on its name within a pool virStorageVolFree should be used to free the resources after the storage volume object is no longer needed. */
  virStorageVolLookupByName(pool: Handle<'StoragePool'>, name: string | null): Promise<Handle<'StorageVol'>>;
  /** Fetch a pointer to a storage volume based on its locally (host) unique path virStorageVolFree should be used to free the resources after the storage volume object is no longer needed. */
  virStorageVolLookupByPath(conn: Handle<'Connection'>, path: string | null): Promise<Handle<'StorageVol'>>;
  /** Changes the capacity of the storage volume @vol to @capacity. */
  virStorageVolResize(vol: Handle<'StorageVol'>, capacity: bigint | number, flags: number): Promise<number>;
  /** Upload new content to the volume from a stream. */
  virStorageVolUpload(
    vol: Handle<'StorageVol'>,
    stream: Handle<'Stream'>,
    offset: bigint | number,
    length: bigint | number,
    flags: number,
  ): Promise<number>;
  /** Ensure data previously on a volume is not accessible to future reads. */
  virStorageVolWipe(vol: Handle<'StorageVol'>, flags: number): Promise<number>;
  /** Similar to virStorageVolWipe, but one can choose between different wiping algorithms. */
  virStorageVolWipePattern(vol: Handle<'StorageVol'>, algorithm: number, flags: number): Promise<number>;
  /** Request that the in progress data transfer be cancelled abnormally before the end of the stream has been reached. */
  virStreamAbort(stream: Handle<'Stream'>): Promise<number>;
  /** Changes the set of events to monitor for a stream. */
  virStreamEventUpdateCallback(stream: Handle<'Stream'>, events: number): Promise<number>;
  /** Indicate that there is no further data to be transmitted on the stream. */
  virStreamFinish(stream: Handle<'Stream'>): Promise<number>;
  /** Creates a new stream object which can be used to perform streamed I/O with other public API function. */
  virStreamNew(conn: Handle<'Connection'>, flags: number): Promise<Handle<'Stream'>>;
}

{
  # The one list of native sources. node-gyp builds from it, and CMakeLists.txt (sanitizers, clang-tidy) reads it.
  'target_defaults': {
    'cflags_cc': ['-std=c++17', '-fvisibility=hidden', '-Wall', '-Wextra', '-Wno-unused-parameter', '-fno-strict-aliasing'],
    'cflags!': ['-fno-exceptions'],
    'cflags_cc!': ['-fno-exceptions', '-std=gnu++17'],
    # The same on macOS, where gyp takes no cflags. Node's own settings of exceptions win over ours, but not over flags.
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'OTHER_CPLUSPLUSFLAGS': ['-fexceptions', '-Wall', '-Wextra', '-Wno-unused-parameter', '-fno-strict-aliasing'],
    },
    'defines': ['NAPI_VERSION=8', 'NODE_ADDON_API_CPP_EXCEPTIONS', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
    'include_dirs': ['<!(node -p "require(\'node-addon-api\').include_dir")', 'native'],
  },
  'targets': [
    {
      # What the addons have in common. Each takes its own copy: they share no state.
      'target_name': 'common',
      'type': 'static_library',
      'sources': [
        'native/common/env_loop.cc',
        'native/common/event_queue.cc',
        'native/common/exit_gate.cc',
        'native/common/file_lock.cc',
        'native/common/fork_guard.cc',
        'native/common/job_queue.cc',
        'native/common/promise_job.cc',
        'native/common/spin.cc',
        'native/common/thread.cc',
        'native/common/value.cc',
        'native/common/value_to_js.cc',
      ],
    },
    {
      'target_name': 'libvirt',
      'product_name': 'libvirt',  # gyp would drop the "lib"
      'dependencies': ['common'],
      'conditions': [
        ['OS=="linux"', {
          'ldflags': ['-Wl,-z,nodelete'],
          'sources': ['native/libvirt/event_loop_linux.cc'],
        }, {
          'sources': ['native/libvirt/event_loop_default.cc'],
        }],
      ],
      'sources': [
        'native/libvirt/addon.cc',
        'native/libvirt/auth.cc',
        'native/libvirt/call.cc',
        'native/libvirt/connection.cc',
        'native/libvirt/convert.cc',
        'native/libvirt/error.cc',
        'native/libvirt/event_kinds.cc',
        'native/libvirt/event_loop.cc',
        'native/libvirt/event_source.cc',
        'native/libvirt/handle.cc',
        'native/libvirt/keep_alive.cc',
        'native/libvirt/nullable.cc',
        'native/libvirt/read.cc',
        'native/libvirt/registration.cc',
        'native/libvirt/typed_params.cc',
        'native/libvirt/calls/checkpoint.cc',
        'native/libvirt/calls/connection.cc',
        'native/libvirt/calls/connection_by_hand.cc',
        'native/libvirt/calls/domain.cc',
        'native/libvirt/calls/domain_by_hand.cc',
        'native/libvirt/calls/interface.cc',
        'native/libvirt/calls/network.cc',
        'native/libvirt/calls/nodedev.cc',
        'native/libvirt/calls/nwfilter.cc',
        'native/libvirt/calls/qemu.cc',
        'native/libvirt/calls/secret.cc',
        'native/libvirt/calls/snapshot.cc',
        'native/libvirt/calls/storage.cc',
        'native/libvirt/calls/stream.cc',
        'native/libvirt/calls/stream_by_hand.cc',
      ],
      'libraries': ['-lvirt', '-lvirt-qemu'],
    },
    {
      'target_name': 'hyperkit',
      'dependencies': ['common'],
      # Its threads may still run when the environment that started them has ended.
      'conditions': [
        ['OS=="linux"', {
          'ldflags': ['-Wl,-z,nodelete'],
          'sources': [
            'native/hyperkit/virtualization.cc',
            'native/hyperkit/linux/exit_source.cc',
            'native/hyperkit/linux/pid_fd.cc',
            'native/hyperkit/linux/process.cc',
            'native/hyperkit/linux/spawn_actions.cc',
            # Each is empty on the other processor.
            'native/hyperkit/linux/guest_arm64.cc',
            'native/hyperkit/linux/guest_x64.cc',
            'native/hyperkit/linux/processor_arm64.cc',
            'native/hyperkit/linux/processor_x64.cc',
            'native/hyperkit/linux/trial.cc',
          ],
        }],
        ['OS=="mac"', {
          'sources': [
            'native/hyperkit/darwin/exit_source.cc',
            'native/hyperkit/darwin/hypervisor_support.cc',
            'native/hyperkit/darwin/process.cc',
            'native/hyperkit/darwin/spawn_actions.cc',
          ],
        }],
      ],
      'sources': [
        'native/hyperkit/addon.cc',
        'native/hyperkit/exit_watcher.cc',
        'native/hyperkit/lock.cc',
        'native/hyperkit/process_watch.cc',
        'native/hyperkit/start_program.cc',
      ],
    },
    {
      'target_name': 'vmnet',
      'dependencies': ['common'],
      # Its threads may still run when the environment that started them has ended.
      'conditions': [
        ['OS=="linux"', {
          'ldflags': ['-Wl,-z,nodelete'],
          'sources': ['native/vmnet/leases/linux/server.cc'],
        }],
        ['OS=="mac"', {
          'sources': [
            'native/vmnet/darwin/network_interface.cc',
            'native/vmnet/darwin/own_network.cc',
            'native/vmnet/darwin/request.cc',
            'native/vmnet/darwin/status.cc',
            'native/vmnet/interface_calls.cc',
            'native/vmnet/leases/darwin/server.cc',
          ],
          'libraries': ['-framework vmnet'],
        }],
      ],
      'sources': [
        'native/vmnet/addon.cc',
        'native/vmnet/leases/calls.cc',
        'native/vmnet/leases/lease.cc',
        'native/vmnet/leases/leases.cc',
        'native/vmnet/leases/parser.cc',
        'native/vmnet/leases/remove.cc',
        'native/vmnet/leases/table.cc',
      ],
    },
    {
      # A program of its own, without Node: what of vmnet needs root.
      'target_name': 'hvkit-vmnet',
      'type': 'executable',
      'dependencies': ['common'],
      'conditions': [
        ['OS=="linux"', {
          'cflags': ['-fPIE'],
          'ldflags': ['-pie', '-pthread'],
          'sources': [
            'native/vmnet/helper/linux/system.cc',
            'native/vmnet/leases/linux/server.cc',
            'native/vmnet/linux/network_interface.cc',
          ],
        }],
        ['OS=="mac"', {
          'sources': [
            'native/vmnet/darwin/network_interface.cc',
            'native/vmnet/darwin/own_network.cc',
            'native/vmnet/darwin/request.cc',
            'native/vmnet/darwin/status.cc',
            'native/vmnet/helper/darwin/system.cc',
            'native/vmnet/leases/darwin/server.cc',
          ],
          'libraries': ['-framework vmnet'],
        }],
      ],
      'sources': [
        'native/vmnet/helper/connection.cc',
        'native/vmnet/helper/frames.cc',
        'native/vmnet/helper/handed_out.cc',
        'native/vmnet/helper/listener.cc',
        'native/vmnet/helper/main.cc',
        'native/vmnet/helper/messages.cc',
        'native/vmnet/helper/relay.cc',
        'native/vmnet/helper/reserved.cc',
        'native/vmnet/leases/lease.cc',
        'native/vmnet/leases/parser.cc',
        'native/vmnet/leases/remove.cc',
        'native/vmnet/leases/table.cc',
      ],
    },
    {
      # Another one, which is never root: it gives a folder to a guest of hyperkit.
      'target_name': 'hvkit-9p',
      'type': 'executable',
      'conditions': [
        ['OS=="linux"', {
          'cflags': ['-fPIE'],
          'ldflags': ['-pie'],
          'sources': ['native/9p/linux/system.cc'],
        }],
        ['OS=="mac"', {
          'sources': ['native/9p/darwin/system.cc'],
        }],
      ],
      'sources': [
        'native/9p/attributes.cc',
        'native/9p/connection.cc',
        'native/9p/fids.cc',
        'native/9p/files.cc',
        'native/9p/folders.cc',
        'native/9p/main.cc',
        'native/9p/message.cc',
        'native/9p/session.cc',
      ],
    },
  ],
}

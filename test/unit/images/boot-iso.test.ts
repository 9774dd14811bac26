import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bootIsoOf, type BootIsoOptions } from '../../../src/images/boot-iso/boot-iso';
import { writeIso, type IsoFile } from '../../../src/images/iso9660/write';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-boot-iso-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What the boot protocol of x86 has at the head of a kernel. */
function kernel(content: string): Buffer {
  const bytes = Buffer.alloc(2048);
  bytes.write('HdrS', 514);
  bytes.write(content, 1024);
  return bytes;
}

function armKernel(content: string): Buffer {
  const bytes = Buffer.alloc(2048);
  bytes.write('ARM\x64', 56, 'latin1');
  bytes.write(content, 1024);
  return bytes;
}

function isoOf(files: readonly IsoFile[], label = 'x') {
  const bytes = writeIso({ label, files });
  const path = join(folder, 'some.iso');
  writeFileSync(path, bytes);
  return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function boot(files: readonly IsoFile[], options: Partial<BootIsoOptions> = {}) {
  const iso = isoOf(files);
  const image = await bootIsoOf(iso, join(folder, 'cache'), { name: 'some.iso', ...options });
  expect(image).toMatchObject({ name: 'some.iso', cdrom: iso });
  for (const file of [image.kernel!, image.initrd].filter((each) => each !== undefined)) {
    expect(createHash('sha256').update(readFileSync(file.path)).digest('hex')).toBe(file.sha256);
  }
  return {
    kernel: readFileSync(image.kernel!.path).toString('latin1', 1024).replace(/\0+$/, ''),
    initrd: image.initrd && readFileSync(image.initrd.path).toString('latin1'),
    cmdline: image.cmdline,
    arch: image.arch,
    login: `${image.user}, ${image.init}`,
  };
}

test('Debian live: a menu of several files, the entry that the menu marks', async () => {
  const files = [
    { path: 'isolinux/isolinux.cfg', data: 'include menu.cfg\ndefault vesamenu.c32\nprompt 0\ntimeout 0\n' },
    { path: 'isolinux/menu.cfg', data: 'menu hshift 0\nmenu title Boot menu\ninclude stdmenu.cfg\ninclude live.cfg\n' },
    {
      path: 'isolinux/live.cfg',
      data: `label live-amd64-failsafe
	menu label ^Live system (fail-safe mode)
	linux /live/vmlinuz
	initrd /live/initrd.img
	append boot=live components noapic noapm nodma nomce nosmp nosplash vga=788
label live-amd64
	menu label ^Live system (amd64)
	menu default
	linux /live/vmlinuz
	initrd /live/initrd.img
	append boot=live components quiet splash findiso=\${iso_path}
`,
    },
    { path: 'live/vmlinuz', data: kernel('debian live') },
    { path: 'live/initrd.img', data: 'initrd' },
  ];
  expect(await boot(files)).toEqual({
    kernel: 'debian live',
    initrd: 'initrd',
    cmdline: 'boot=live components quiet splash findiso=${iso_path}',
    arch: 'x86_64',
    login: 'user, none',
  });
});

test('Debian netinst: initrd among the arguments, menus in menus', async () => {
  const files = [
    {
      path: 'isolinux/isolinux.cfg',
      data: '# D-I config version 2.0\npath \ninclude menu.cfg\ndefault vesamenu.c32\n',
    },
    {
      path: 'isolinux/menu.cfg',
      data: `include gtk.cfg
menu begin advanced
	menu label ^Advanced options
	label mainmenu
		menu label ^Back..
		menu exit
	include adtxt.cfg
menu end
`,
    },
    {
      path: 'isolinux/adtxt.cfg',
      data: 'label expert\n\tmenu default\n\tkernel /install.amd/vmlinuz\n\tappend priority=low initrd=/install.amd/initrd.gz ---\n',
    },
    {
      path: 'isolinux/gtk.cfg',
      data: `default installgui
label installgui
	menu label ^Graphical install
	menu default
	kernel /install.amd/vmlinuz
	append vga=788 initrd=/install.amd/gtk/initrd.gz --- quiet 
`,
    },
    { path: 'install.amd/vmlinuz', data: kernel('netinst') },
    { path: 'install.amd/initrd.gz', data: 'text' },
    { path: 'install.amd/gtk/initrd.gz', data: 'gtk' },
  ];
  expect(await boot(files)).toMatchObject({ initrd: 'gtk', cmdline: 'vga=788 --- quiet', login: 'root, none' });
});

test('Alpine: syslinux.cfg', async () => {
  const files = [
    {
      path: 'boot/syslinux/syslinux.cfg',
      data: `TIMEOUT 10
PROMPT 1
DEFAULT virt

LABEL virt
MENU LABEL Linux virt
KERNEL /boot/vmlinuz-virt
INITRD /boot/initramfs-virt
FDTDIR /boot/dtbs-virt
APPEND modules=loop,squashfs,sd-mod,usb-storage quiet console=tty0 console=ttyS0,115200
`,
    },
    { path: 'boot/vmlinuz-virt', data: kernel('alpine') },
    { path: 'boot/initramfs-virt', data: 'initramfs' },
  ];
  expect(await boot(files)).toEqual({
    kernel: 'alpine',
    initrd: 'initramfs',
    cmdline: 'modules=loop,squashfs,sd-mod,usb-storage quiet',
    arch: 'x86_64',
    login: 'root, none',
  });
});

test('boot2docker: its user is in its arguments', async () => {
  const files = [
    {
      path: 'boot/isolinux/isolinux.cfg',
      data: `default boot2docker
label boot2docker
	kernel /boot/vmlinuz
	append initrd=/boot/initrd.img loglevel=3 user=docker console=ttyS0 console=tty0 noembed nomodeset norestore base
`,
    },
    { path: 'boot/vmlinuz', data: kernel('b2d') },
    { path: 'boot/initrd.img', data: 'initrd' },
  ];
  expect(await boot(files)).toMatchObject({
    cmdline: 'loglevel=3 user=docker noembed nomodeset norestore base',
    login: 'docker, none',
  });
});

const FEDORA = [
  { path: 'images/pxeboot/vmlinuz', data: kernel('fedora') },
  { path: 'images/pxeboot/initrd.img', data: 'dracut' },
];

test('Fedora with GRUB: variables, a submenu, and not the entry that reads the whole medium first', async () => {
  const files = [
    ...FEDORA,
    {
      path: 'boot/grub2/grub.cfg',
      data: `set default="1"
function load_video {
  insmod all_video
}
load_video
set gfxpayload=keep
set timeout=60
search --no-floppy --set=root -l 'Fedora-S-dvd-x86_64-42'

### BEGIN /etc/grub.d/10_linux ###
set where=/images/pxeboot
menuentry 'Install Fedora 42' --class fedora --class os {
	linux \${where}/vmlinuz inst.stage2=hd:LABEL=Fedora-S-dvd-x86_64-42 quiet
	initrd $where/initrd.img
}
menuentry 'Test this media & install Fedora 42' --class fedora {
	linux \${where}/vmlinuz inst.stage2=hd:LABEL=Fedora-S-dvd-x86_64-42 rd.live.check quiet
	initrd $where/initrd.img
}
submenu 'Troubleshooting -->' {
	menuentry 'Install in basic graphics mode' {
		linux /images/pxeboot/vmlinuz nomodeset
		initrd /images/pxeboot/initrd.img
	}
}
`,
    },
  ];
  expect(await boot(files)).toMatchObject({
    kernel: 'fedora',
    initrd: 'dracut',
    cmdline: 'inst.stage2=hd:LABEL=Fedora-S-dvd-x86_64-42 quiet',
  });
});

test('Fedora with isolinux: paths beside the configuration', async () => {
  const files = [
    {
      path: 'isolinux/isolinux.cfg',
      data: `default vesamenu.c32
label linux
  menu label ^Install Fedora
  kernel vmlinuz
  append initrd=initrd.img inst.stage2=hd:LABEL=Fedora quiet
label check
  menu label Test this ^media & install
  menu default
  kernel vmlinuz
  append initrd=initrd.img inst.stage2=hd:LABEL=Fedora rd.live.check quiet
label memtest86
  kernel memtest
`,
    },
    { path: 'isolinux/vmlinuz', data: kernel('fedora') },
    { path: 'isolinux/initrd.img', data: 'initrd' },
    { path: 'isolinux/memtest', data: 'no kernel' },
  ];
  expect(await boot(files)).toMatchObject({ initrd: 'initrd', cmdline: 'inst.stage2=hd:LABEL=Fedora quiet' });
});

test('Ubuntu: GRUB, conditions, and an entry that boots nothing', async () => {
  const files = [
    {
      path: 'boot/grub/grub.cfg',
      data: `set timeout=30

loadfont unicode

set menu_color_normal=white/black
menuentry "Try or Install Ubuntu Server" {
	set gfxpayload=keep
	linux	/casper/vmlinuz  ---
	initrd	/casper/initrd
}
grub_platform
if [ "$grub_platform" = "efi" ]; then
menuentry 'Boot from next volume' {
	exit 1
}
else
menuentry 'Test memory' { linux16 /boot/memtest86+.bin; }
fi
`,
    },
    { path: 'boot/memtest86+.bin', data: 'memtest' },
    { path: 'casper/vmlinuz', data: kernel('ubuntu') },
    { path: 'casper/initrd', data: 'casper' },
  ];
  expect(await boot(files)).toEqual({
    kernel: 'ubuntu',
    initrd: 'casper',
    cmdline: '---',
    arch: 'x86_64',
    login: 'ubuntu, cloud-init',
  });
});

test('GRUB chooses by number, title or id, and reads what it sources', async () => {
  const menu = (choice: string) => [
    ...FEDORA,
    { path: 'EFI/BOOT/grub.cfg', data: `set default=${choice}; source ($root)/EFI/BOOT/more.cfg # and no more\n` },
    {
      path: 'EFI/BOOT/more.cfg',
      data: ['one', 'two', 'three']
        .map((id) => `menuentry "Number ${id}" --id ${id} {\nlinuxefi /images/pxeboot/vmlinuz \\\n n="${id}"\n}\n`)
        .join(''),
    },
  ];
  expect((await boot(menu('1'))).cmdline).toBe('n=two');
  expect((await boot(menu('three'))).cmdline).toBe('n=three');
  expect((await boot(menu("'Number two'"))).cmdline).toBe('n=two');
  expect((await boot(menu('9'))).cmdline).toBe('n=one');
});

test('several initrds become one, each at a boundary of 4 bytes', async () => {
  const files = [
    { path: 'isolinux.cfg', data: 'default vmlinuz initrd=ucode.img,initrd.img quiet\n' },
    { path: 'vmlinuz', data: kernel('two') },
    { path: 'ucode.img', data: 'ucode' },
    { path: 'initrd.img', data: 'main' },
  ];
  expect(await boot(files)).toMatchObject({ initrd: 'ucode\0\0\0main', cmdline: 'quiet' });
});

test('without a menu, the one kernel with an initrd beside it', async () => {
  const files = [
    { path: 'boot/vmlinuz64', data: kernel('core') },
    { path: 'boot/initrd.gz', data: 'core.gz' },
  ];
  expect(await boot(files)).toMatchObject({ kernel: 'core', initrd: 'core.gz', cmdline: '' });
});

describe('a medium for two processors', () => {
  const files = [
    {
      path: 'boot/grub/grub.cfg',
      data: `menuentry "x86" {\nlinux /x86/vmlinuz\n}\nmenuentry "arm" {\nlinux /arm/vmlinuz\n}\nmenuentry "gz" {\nlinux /gz\n}\n`,
    },
    { path: 'x86/vmlinuz', data: kernel('x86') },
    { path: 'arm/vmlinuz', data: armKernel('arm') },
  ];

  test('gives the kernel of the one that is asked for', async () => {
    expect(await boot(files, { arch: 'aarch64' })).toMatchObject({ kernel: 'arm', arch: 'aarch64' });
    expect(await boot(files, { arch: 'x86_64' })).toMatchObject({ kernel: 'x86', arch: 'x86_64' });
  });

  test('has none for a third, and says so', async () => {
    await expect(boot([files[0]!, files[1]!], { arch: 'aarch64' })).rejects.toMatchObject({
      code: 'ERR_ISO_BOOT',
      message: 'some.iso is for x86_64, and not for aarch64',
    });
  });
});

test('a kernel that is a gzip file is one for arm64', async () => {
  const files = [
    { path: 'boot/grub/grub.cfg', data: 'menuentry "gz" {\nlinux /casper/vmlinuz\n}\n' },
    { path: 'casper/vmlinuz', data: Buffer.from([0x1f, 0x8b, 8, ...Buffer.alloc(2048)]) },
  ];
  expect(await boot(files)).toMatchObject({ arch: 'aarch64' });
});

test('what is taken out once is not taken out again, and two may do it at once', async () => {
  const iso = isoOf([
    { path: 'isolinux/isolinux.cfg', data: 'label linux\nkernel vmlinuz\n' },
    { path: 'isolinux/vmlinuz', data: kernel('once') },
  ]);
  const take = () => bootIsoOf(iso, join(folder, 'cache'), { name: 'some.iso' });
  const [one, two] = await Promise.all([take(), take()]);
  expect(two).toEqual(one);
  rmSync(iso.path);
  expect(await take()).toEqual(one);
  expect(readdirSync(join(folder, 'cache', 'boot-iso'))).toHaveLength(1);
});

test.each<[string, IsoFile[]]>([
  ['no menu and no kernel', [{ path: 'readme', data: 'hello' }]],
  ['a menu whose kernel is absent', [{ path: 'isolinux/isolinux.cfg', data: 'default linux\nlabel linux\nkernel x' }]],
  ['a menu that includes itself', [{ path: 'isolinux.cfg', data: 'include isolinux.cfg\n'.repeat(1000) }]],
  ['a GRUB menu that sources itself', [{ path: 'grub/grub.cfg', data: 'source /grub/grub.cfg\n'.repeat(1000) }]],
  ['variables that grow', [{ path: 'grub/grub.cfg', data: `set a=aaaaaaaa\n${'set a=$a$a$a$a\n'.repeat(1000)}` }]],
  ['quotes without end', [{ path: 'grub/grub.cfg', data: `menuentry "${'\\a'.repeat(100_000)}` }]],
])('%s: refused, and nothing stays in the cache', async (_, files) => {
  await expect(boot(files)).rejects.toMatchObject({ code: 'ERR_ISO_BOOT' });
  expect(readdirSync(join(folder, 'cache', 'boot-iso'))).toEqual([]);
});

test('an abort leaves nothing behind', async () => {
  const reason = new Error('enough');
  const files = [
    { path: 'isolinux.cfg', data: 'default vmlinuz\n' },
    { path: 'vmlinuz', data: kernel('x') },
  ];
  await expect(boot(files, { signal: AbortSignal.abort(reason) })).rejects.toBeDefined();
  expect(readdirSync(join(folder, 'cache', 'boot-iso'))).toEqual([]);
});

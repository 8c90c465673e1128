#!/usr/bin/perl
# Signals, processes, files and sockets as perl uses them.
use strict; use warnings; use POSIX ();
$| = 1;
my @a = map { $_ * 2 } 1 .. 5;
print "@a\n";
$SIG{ALRM} = sub { print "alarm\n" };
alarm 1; sleep 5;
if (!fork) { exit 3 } wait; print $? >> 8, "\n";
pipe(my $r, my $w); if (!fork) { close $r; print $w "x" x 200000; exit } close $w;
{ local $/; print length(<$r>), "\n" } wait;
print `echo sub`, $? , "\n";
open my $f, "+>", "file" or die; print $f "line $_\n" for 1 .. 1000; seek $f, 0, 0; my @l = <$f>; print scalar(@l), $l[-1];
print -s "file", " ", (stat "file")[3], "\n"; unlink "file"; print -e "file" ? 1 : 0, "\n";
mkdir "d"; symlink "d", "l"; print readlink("l"), "\n"; opendir my $d, "."; print join(",", sort readdir $d), "\n";
socketpair(my $x, my $y, 1, 1, 0); syswrite $x, "sp\n"; sysread $y, my $got, 10; print $got;
my %h; $h{$_ % 1000} += $_ for 1 .. 200000; print $h{7}, "\n";
printf "%.6f %s\n", atan2(1, 1) * 4, POSIX::strftime("%F", gmtime 0);
eval { local $SIG{__DIE__}; die "caught\n" }; print $@;
my $pid = fork; if (!$pid) { $SIG{TERM} = sub { exit 9 }; sleep 10; exit 1 } select undef, undef, undef, 0.2; kill TERM => $pid; waitpid $pid, 0; print $? >> 8, "\n";
print join(" ", sort { $a <=> $b } map { ($_ * 7919) % 101 } 1 .. 20), "\n";
exec "echo", "exec'd";

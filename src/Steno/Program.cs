using System.Runtime.InteropServices;
using Steno.Commands;
using Steno.Processes;

using PosixSignalRegistration? survived = FileLimit.Survive();
return CommandLine.Run(args, VerbContext.ForProcess());

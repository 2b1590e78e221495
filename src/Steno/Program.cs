using Steno.Commands;

return CommandLine.Run(args, VerbContext.ForProcess());

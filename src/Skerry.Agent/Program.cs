using Skerry.Agent.CommandLine;

return await SkerryCommandLine.RunAsync(args, Terminal.OfProcess(), CancellationToken.None);

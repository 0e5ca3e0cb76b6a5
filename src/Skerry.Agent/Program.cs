using Skerry.Agent.CommandLine;

// Sockets complete on the thread that saw them ready: a switch of threads costs a gateway request more than most of what a pipeline does.
// .NET reads this once, when the first socket is used; nothing here blocks such a thread.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

return await SkerryCommandLine.RunAsync(args, Terminal.OfProcess(), CancellationToken.None);

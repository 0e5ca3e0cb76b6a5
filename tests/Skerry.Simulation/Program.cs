using Skerry.Simulation;

if (!RunnerOptions.TryParse(args, out var options, out var error))
{
    await Console.Error.WriteLineAsync(error);
    await Console.Error.WriteLineAsync(RunnerOptions.Usage);
    return 2;
}

return new Runner(Console.Out).Run(options);

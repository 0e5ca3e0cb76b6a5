using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Skerry.Bench.Gateway;

/// <summary>One kind of load, made by <c>wrk</c>.</summary>
/// <param name="Name">Shown in the table.</param>
/// <param name="Path">What is asked for.</param>
/// <param name="Script">wrk script in the configurations directory, or null.</param>
internal sealed partial record Load(string Name, string Path, string? Script)
{
    public Sample Run(Proxy proxy, int core, int connections, TimeSpan duration, string configurations)
    {
        List<string> arguments = ["-c", Number(core), "wrk", "-t1", $"-c{connections}", $"-d{(int)duration.TotalSeconds}s", "--latency"];
        if (Script is not null) arguments.AddRange(["-s", System.IO.Path.Combine(configurations, Script)]);
        arguments.Add($"http://127.0.0.1:{proxy.Port}{Path}");
        var before = proxy.CpuSeconds;
        using var wrk = Process.Start(new ProcessStartInfo("taskset", arguments) { RedirectStandardOutput = true })!;
        var output = wrk.StandardOutput.ReadToEnd();
        wrk.WaitForExit();
        var cpu = proxy.CpuSeconds - before;
        var requests = Count(Requests(), output);
        if (requests == 0) throw new InvalidOperationException($"{proxy.Name} answered nothing:\n{output}");
        return new Sample(cpu * 1e6 / requests, requests / duration.TotalSeconds, Milliseconds(P99().Match(output)), Count(Refused(), output) + SocketErrors(output));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Count(Regex pattern, string output) =>
        pattern.Match(output) is { Success: true } match ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    private static long SocketErrors(string output) =>
        Broken().Match(output) is { Success: true } match ? match.Groups.Values.Skip(1).Sum(group => long.Parse(group.Value, CultureInfo.InvariantCulture)) : 0;

    private static double Milliseconds(Match match) =>
        double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * match.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P99();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex Refused();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex Broken();
}

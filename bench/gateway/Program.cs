using System.Globalization;
using System.Runtime.InteropServices;

using Skerry.Bench.Gateway;

// nginx, HAProxy and Skerry as reverse proxies, one core each, in turn. README.md says how to read the table.
const int ProxyCore = 0;
const int LoadCore = 1;
const int WarmUps = 2;
var rounds = Option("--rounds", 5);
var connections = Option("--connections", 64);
var duration = TimeSpan.FromSeconds(Option("--seconds", 5));
var program = Text("--skerry") ?? Path.GetFullPath($"src/Skerry.Agent/bin/Release/net10.0/{RuntimeInformation.RuntimeIdentifier}/publish/skerry");
var only = Text("--only")?.Split(',');
Load[] loads = [new("small GET", "/small", null), new("10 KB response", "/10k", null), new("100 KB upload", "/upload", "upload.lua")];

if (!File.Exists(program))
{
    Console.Error.WriteLine($"No program at {program}. Make it: dotnet publish -c Release src/Skerry.Agent; or name it with --skerry PATH.");
    return 2;
}

var directory = Directory.CreateTempSubdirectory("skerry-bench-").FullName;
var proxies = new List<Proxy>();
try
{
    // The backend is reached by nginx workers that run as another user.
    File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
    Directory.CreateDirectory(Path.Combine(directory, "files"));
    File.WriteAllText(Path.Combine(directory, "files", "10k"), new string('x', 10_240));

    using var backend = new Proxy("backend", 19000, LoadCore, "nginx", "-c", Configuration("backend.conf"));
    await backend.UntilListeningAsync();
    if (Wanted("nginx")) proxies.Add(new Proxy("nginx", 18081, ProxyCore, "nginx", "-c", Configuration("nginx.conf")));
    if (Wanted("haproxy")) proxies.Add(new Proxy("haproxy", 18082, ProxyCore, "haproxy", "-f", Configuration("haproxy.cfg")));
    if (Wanted("skerry")) proxies.Add(new Proxy("skerry", 18083, ProxyCore, program, "agent", "--config", Configuration("skerry.yaml")));
    foreach (var proxy in proxies) await proxy.UntilListeningAsync();

    foreach (var load in loads) Measure(load);
    Console.WriteLine($"memory after the runs, MiB: {string.Join(", ", proxies.Select(proxy => $"{proxy.Name} {proxy.ResidentMiB:0}"))}");
    return 0;
}
finally
{
    foreach (var proxy in proxies) proxy.Dispose();
    Directory.Delete(directory, recursive: true);
}

void Measure(Load load)
{
    var samples = proxies.ToDictionary(proxy => proxy, _ => new List<Sample>());
    // The first rounds warm up and are not counted; compiled code has settled by then.
    for (var round = 1 - WarmUps; round <= rounds; round++)
    {
        foreach (var proxy in proxies)
        {
            var sample = load.Run(proxy, LoadCore, connections, duration, Path.Combine(AppContext.BaseDirectory, "configurations"));
            if (round > 0) samples[proxy].Add(sample);
            Console.Error.WriteLine($"{load.Name}, round {round} of {rounds}: {proxy.Name} {sample.CpuPerRequest:0.0} us CPU a request, {sample.Throughput:0} requests/s, {sample.Errors} errors");
        }
    }

    Console.WriteLine($"| {load.Name,-22} | {"CPU us/request",14} | {"ratio",6} | {"requests/s",10} | {"ratio",6} | {"p99 ms",7} | {"ratio",6} | errors |");
    var cpu = Median(samples[proxies[0]], sample => sample.CpuPerRequest);
    var throughput = Median(samples[proxies[0]], sample => sample.Throughput);
    var latency = Median(samples[proxies[0]], sample => sample.P99);
    foreach (var (proxy, taken) in samples)
    {
        var (own, rate, p99) = (Median(taken, sample => sample.CpuPerRequest), Median(taken, sample => sample.Throughput), Median(taken, sample => sample.P99));
        Console.WriteLine(
            $"| {proxy.Name,-22} | {own,14:0.0} | {own / cpu,6:0.00} | {rate,10:0} | {rate / throughput,6:0.00} | {p99,7:0.00} | {p99 / latency,6:0.00} | {taken.Sum(sample => sample.Errors),6} |");
    }
}

bool Wanted(string name) => only is null || only.Contains(name);

string Configuration(string name)
{
    var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "configurations", name)).Replace("DIRECTORY", directory, StringComparison.Ordinal);
    var path = Path.Combine(directory, name);
    File.WriteAllText(path, text);
    return path;
}

int Option(string name, int fallback) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

string? Text(string name)
{
    var index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
}

static double Median(List<Sample> samples, Func<Sample, double> value)
{
    var sorted = samples.Select(value).Order().ToArray();
    return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
}

using System.Globalization;

namespace Skerry.Agent.Demo;

/// <summary>The demo's temporary directory, readable by its user alone; gone when the demo is.</summary>
internal sealed class DemoDirectory : IDisposable
{
    /// <summary>Holds the id of the demo's own process.</summary>
    public const string ProcessFile = "process";

    public DemoDirectory() => System.IO.File.WriteAllText(File(ProcessFile), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    public string Path { get; } = Directory.CreateTempSubdirectory("skerry-demo-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => ParentWatch.Remove(Path);
}

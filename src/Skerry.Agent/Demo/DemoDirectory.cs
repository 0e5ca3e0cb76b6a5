namespace Skerry.Agent.Demo;

/// <summary>The demo's temporary directory, readable by its user alone; gone when the demo is.</summary>
internal sealed class DemoDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("skerry-demo-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => ParentWatch.Remove(Path);
}

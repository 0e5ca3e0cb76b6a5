using System.Net;

namespace Skerry.Agent.Tests;

/// <summary>A directory and a loopback address that no other test has.</summary>
internal sealed class TestPlace : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("skerry-test-").FullName;

    public IPAddress Host { get; } = new([127, (byte)Random.Shared.Next(1, 255), (byte)Random.Shared.Next(1, 255), (byte)Random.Shared.Next(2, 255)]);

    public string File(string name) => Path.Combine(Directory, name);

    /// <summary>Writes a configuration; address and ports that are not given are this place's, and free.</summary>
    public string Configure(string more = "", string name = "agent")
    {
        var file = File(name + ".yaml");
        System.IO.File.WriteAllText(file, $$"""
            node: { name: {{name}}, group: test }
            dataDirectory: {{File(name)}}
            gossip: { bind: '{{Host}}:0', profile: local }
            api: { address: '{{Host}}:0' }

            """ + more);
        return file;
    }

    public void Dispose()
    {
        try
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
        catch (IOException)
        {
            // A process that was killed a moment ago may still have written into it; the system clears its temporary files.
        }
    }
}

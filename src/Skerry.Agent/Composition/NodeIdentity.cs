namespace Skerry.Agent.Composition;

/// <summary>The node's UUID, kept in the data directory so that it survives restarts and renames.</summary>
internal static class NodeIdentity
{
    private const string FileName = "node-id";

    /// <summary>Reads the id, or makes one and keeps it. A file that holds no UUID is set aside.</summary>
    /// <param name="directory">The data directory; null: the id lives as long as the process.</param>
    /// <param name="setAside">Told the file's new name when it held no UUID.</param>
    public static string Load(string? directory, Action<string> setAside)
    {
        if (directory is null) return Guid.NewGuid().ToString();
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path))
        {
            if (Guid.TryParseExact(File.ReadAllText(path).Trim(), "D", out var known)) return known.ToString();
            var aside = path + ".corrupt";
            File.Move(path, aside, overwrite: true);
            setAside(aside);
        }

        var id = Guid.NewGuid().ToString();
        // Whole or not at all, also when the power goes: a half-written id would be a new node.
        var fresh = path + ".new";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(id + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
        return id;
    }
}

using System.Globalization;

namespace Skerry.Lab.Agents;

/// <summary>Directories of this run's agents. Those of runs that were killed are removed before the first is made.</summary>
internal static class WorkingDirectory
{
    private const string Prefix = "skerry-lab-";

    private static readonly Lazy<bool> Swept = new(Sweep);

    public static string Make()
    {
        _ = Swept.Value;
        return Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-")).FullName;
    }

    private static bool Sweep()
    {
        foreach (var left in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(left)[Prefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{owner}")) Directory.Delete(left, recursive: true);
        }

        return true;
    }
}

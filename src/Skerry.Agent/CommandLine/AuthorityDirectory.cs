using Skerry.Tunnel;

namespace Skerry.Agent.CommandLine;

/// <summary>Where <c>skerry ca</c> keeps a mesh's authority and its list of revocations.</summary>
/// <param name="path">The directory.</param>
internal sealed class AuthorityDirectory(string path)
{
    public string AuthorityFile => Path.Combine(path, "authority.pem");

    public string RevocationsFile => Path.Combine(path, "revocations.pem");

    /// <summary>Makes the directory and writes a new authority into it.</summary>
    /// <exception cref="CommandFailedException">There is one already, or it cannot be written.</exception>
    public void Create(MeshAuthority authority)
    {
        Trying(() =>
        {
            Directory.CreateDirectory(path);
            return true;
        });
        WriteSecret(AuthorityFile, authority.ToFile());
        Replace(RevocationsFile, authority.RevokeNothing().ToFile());
    }

    /// <exception cref="CommandFailedException">There is none.</exception>
    public MeshAuthority ReadAuthority() => MeshAuthority.TryParse(Read(AuthorityFile), out var authority)
        ? authority
        : throw new CommandFailedException(ExitCode.Failed, $"{AuthorityFile} holds no authority, as 'skerry ca init' writes it.");

    /// <exception cref="CommandFailedException">There is none, or it is another authority's.</exception>
    public RevocationList ReadRevocations(MeshAuthority authority) => RevocationList.TryParse(Read(RevocationsFile), authority.PublicKey, out var list, out var failure)
        ? list
        : throw new CommandFailedException(ExitCode.Failed, $"{RevocationsFile} {failure}.");

    /// <summary>Writes the next list in the place of the last, whole or not at all.</summary>
    public void WriteRevocations(RevocationList list) => Replace(RevocationsFile, list.ToFile());

    /// <summary>Writes a file that its owner alone may read.</summary>
    /// <exception cref="CommandFailedException">There is one already, or it cannot be written.</exception>
    public static void WriteSecret(string file, string text) => Trying(() =>
    {
        if (File.Exists(file)) throw new IOException($"{file} is there already and is not overwritten: move it away first.");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.Write(text);
        return true;
    });

    /// <exception cref="CommandFailedException">It cannot be read.</exception>
    public static string Read(string file) => Trying(() => File.ReadAllText(file));

    private static void Replace(string file, string text) => Trying(() =>
    {
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
        return true;
    });

    private static T Trying<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, refused.Message);
        }
    }
}

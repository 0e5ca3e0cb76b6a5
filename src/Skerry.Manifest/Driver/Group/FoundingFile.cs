using Skerry.Manifest.Core.Founding;
using Skerry.Manifest.Wire;
using Skerry.Storage;

namespace Skerry.Manifest.Driver.Group;

/// <summary>What a node has promised of its group's founding, on disk.</summary>
/// <param name="path">The file.</param>
internal sealed class FoundingFile(string path)
{
    private readonly SnapshotFile _file = new(path);

    /// <param name="hasLog">Whether the log has entries: they came after a founding, or a welcome, that was written down.</param>
    /// <exception cref="StorageException">It is damaged or missing: what was promised is not known any more, and nothing else must be.</exception>
    public FoundingRecord Read(bool hasLog)
    {
        var bytes = _file.Read(out var setAside);
        if (setAside is not null) throw Damaged(setAside);
        if (bytes is null) return hasLog ? throw Unknown($"{path} is missing, and the log beside it is not empty") : FoundingRecord.None;
        return FoundingCodec.TryDecode(bytes, out var record) ? record : throw Damaged(_file.SetAside());
    }

    /// <exception cref="StorageException">The disk refuses; the old one stands.</exception>
    public void Write(FoundingRecord record) => _file.Write(FoundingCodec.Encode(record));

    private StorageException Damaged(string setAside) => Unknown($"{path} is damaged and was moved to {setAside}");

    private static StorageException Unknown(string what) => new(
        $"{what}: which group this node belongs to is not known. Remove the whole directory of the manifest to join the group anew, or restore it from a backup.");
}

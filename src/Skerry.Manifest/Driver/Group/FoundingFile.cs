using Skerry.Manifest.Core.Founding;
using Skerry.Manifest.Wire;
using Skerry.Storage;

namespace Skerry.Manifest.Driver.Group;

/// <summary>What a node has promised of its group's founding, on disk.</summary>
/// <param name="path">The file.</param>
internal sealed class FoundingFile(string path)
{
    private readonly SnapshotFile _file = new(path);

    /// <exception cref="StorageException">It is damaged: what was promised is not known any more, and nothing else must be.</exception>
    public FoundingRecord Read()
    {
        var bytes = _file.Read(out var setAside);
        if (setAside is not null) throw Damaged(setAside);
        if (bytes is null) return FoundingRecord.None;
        return FoundingCodec.TryDecode(bytes, out var record) ? record : throw Damaged(_file.SetAside());
    }

    /// <exception cref="StorageException">The disk refuses; the old one stands.</exception>
    public void Write(FoundingRecord record) => _file.Write(FoundingCodec.Encode(record));

    private StorageException Damaged(string setAside) => new(
        $"{path} is damaged and was moved to {setAside}: which group this node belongs to is not known. Remove the whole directory of the manifest to join the group anew, or restore it from a backup.");
}

using Skerry.Catalog;
using Skerry.Primitives;
using Skerry.Proxy.Forwarding;
using Skerry.Proxy.Virtual;

namespace Skerry.Proxy.Parts;

/// <summary>Services on addresses of their own, when wanted: follows the catalog while it is on.</summary>
/// <param name="identity">This node.</param>
/// <param name="catalog">Tells of changes.</param>
/// <param name="snapshot">The newest snapshot.</param>
/// <param name="file">Where addresses are kept; null: nowhere.</param>
/// <param name="carrier">Carries what comes.</param>
/// <param name="terms">What listeners have in common.</param>
internal sealed class VirtualPart(ProxyIdentity identity, ServiceCatalog catalog, Func<CatalogSnapshot> snapshot, string? file, TcpCarrier carrier, ConnectionTerms terms)
    : ProxyPart, IServiceAddresses
{
    private readonly SemaphoreSlim _following = new(1);
    private readonly BackgroundTasks _tasks = new();
    private volatile VirtualServices? _services;
    private AddressBook? _book;
    private VirtualAddressOptions _options = new();
    private int _waiting;
    private int _seen;

    public ServicePlace? Of(string service, string group) => _services?.Of(service, group);

    public override PreparedChange Prepare(ProxyOptions options) => options.VirtualAddresses == _options
        ? PreparedChange.None
        : new PreparedChange(() => SwapAsync(options.VirtualAddresses), () => Task.CompletedTask);

    /// <summary>Puts the newest snapshot into effect.</summary>
    public async Task FollowAsync()
    {
        await _following.WaitAsync();
        try
        {
            Volatile.Write(ref _waiting, 0);
            if (_services is not { } services) return;
            await services.FollowAsync(snapshot());
            if (_book!.IsChanged) Keep(_book);
        }
        finally
        {
            _following.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await SwapAsync(new VirtualAddressOptions());
        await _tasks.DisposeAsync();
        _following.Dispose();
    }

    private async Task SwapAsync(VirtualAddressOptions options)
    {
        await _following.WaitAsync();
        try
        {
            var before = _services;
            _services = null;
            catalog.Changed -= OnChanged;
            if (before is not null) await before.DisposeAsync();
            _options = options;
            if (!options.Enable) return;
            _book = new AddressBook(options.Network, file is not null && File.Exists(file) ? AddressBook.Load(await File.ReadAllBytesAsync(file)) : []);
            _services = new VirtualServices(options, identity, _book, carrier, terms);
            catalog.Changed += OnChanged;
        }
        finally
        {
            _following.Release();
        }

        await FollowAsync();
    }

    /// <summary>
    /// Changes that come while one is followed are followed together. Checks change all the time, and instances seldom: the former are nothing to follow. Called by the
    /// catalog, one call at a time.
    /// </summary>
    private void OnChanged(CatalogSnapshot changed)
    {
        var indexes = new HashCode();
        indexes.Add(changed.ServicesIndex);
        foreach (var group in changed.Groups.Values) indexes.Add((group.Name, group.Index));
        if (Interlocked.Exchange(ref _seen, indexes.ToHashCode()) == indexes.ToHashCode()) return;
        if (Interlocked.Exchange(ref _waiting, 1) == 0) _tasks.Launch(_ => FollowAsync());
    }

    private void Keep(AddressBook book)
    {
        if (file is null) return;
        try
        {
            // A rename swaps it whole: after a crash the old addresses or the new ones are there.
            File.WriteAllBytes(file + ".new", book.Save());
            File.Move(file + ".new", file, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            ProxyLog.VirtualNotKept(terms.Logger, file, refused.Message);
        }
    }
}

using Skerry.Storage;

namespace Skerry.Catalog.Tests.Local;

public sealed class PersistenceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("skerry-test-").FullName;
    private readonly ManualTime _time = new();

    private string File_ => Path.Combine(_directory, "registrations");

    [Fact]
    public async Task Registrations_survive_a_restart_with_every_field()
    {
        var service = Examples.Service("web", "web-1") with
        {
            Tags = ["b", "a"],
            Address = "10.1.2.3",
            Port = 0,
            Weights = new ServiceWeights(3, 0),
            EnableTagOverride = true,
            Meta = Examples.Service("x").Meta.Add("version", "2"),
        };
        var check = Examples.Http("page", "http://127.0.0.1:1/") with
        {
            Headers = Examples.Headers(("Authorization", "secret")),
            InitialStatus = CheckStatus.Passing,
            FailuresBeforeCritical = 3,
            DeregisterCriticalServiceAfter = TimeSpan.FromMinutes(90),
        };
        await using (var before = await StartAsync())
        {
            await before.RegisterAsync(service, check, Examples.Ttl("ttl"));
            await before.SetServiceMaintenanceAsync("web-1", true, "moving", CancellationToken.None);
        }

        await using var after = await StartAsync();
        var kept = after.LocalServices["web-1"].Service;
        Assert.Equal(("web", "10.1.2.3", 0, new ServiceWeights(3, 0), true), (kept.Name, kept.Address, kept.Port, kept.Weights, kept.EnableTagOverride));
        Assert.Equal(["b", "a"], kept.Tags);
        Assert.Equal("2", kept.Meta["version"]);
        Assert.Equal(["_service_maintenance:web-1", "page", "ttl"], after.LocalChecks.Keys);
        var definition = after.LocalChecks["page"].Definition;
        Assert.Equal("secret", definition.Headers["Authorization"].Single());
        Assert.Equal((CheckStatus.Passing, 3, TimeSpan.FromMinutes(90)), (definition.InitialStatus, definition.FailuresBeforeCritical, definition.DeregisterCriticalServiceAfter));
        Assert.Equal(CheckType.Ttl, after.LocalChecks["ttl"].Definition.Type);
        Assert.Equal("moving", after.LocalChecks["_service_maintenance:web-1"].Definition.Notes);
        Assert.Single(after.Current.Instances("web"));
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_crash()
    {
        await using var before = await StartAsync();
        await before.RegisterAsync(Examples.Service("web"));
        await before.RegisterAsync(Examples.Service("db"));
        await before.DeregisterServiceAsync("web", CancellationToken.None);

        // Nothing is closed: the file is all that the next life has.
        await using var after = await StartAsync();
        Assert.Equal(["db"], after.LocalServices.Keys);
    }

    [Fact]
    public async Task After_a_restart_a_check_says_what_it_said_and_after_an_absence_it_is_critical()
    {
        await using (var first = await StartAsync())
        {
            await first.RegisterAsync(Examples.Service("web"), Examples.Ttl("ttl"));
            await first.ReportAsync("ttl", CheckStatus.Passing);
        }

        _time.Advance(TimeSpan.FromSeconds(20));
        await using (var second = await StartAsync())
        {
            Assert.Equal(CheckStatus.Passing, second.StatusOf("web"));

            // Ten of its thirty seconds are left.
            _time.Advance(TimeSpan.FromSeconds(11));
            Assert.Equal(CheckStatus.Critical, second.StatusOf("web"));
            await second.ReportAsync("ttl", CheckStatus.Passing);
        }

        _time.Advance(TimeSpan.FromSeconds(31));
        await using var third = await StartAsync();
        Assert.Equal(CheckStatus.Critical, third.StatusOf("web"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SKRY and then nonsense that is no registration at all")]
    public async Task A_damaged_file_is_set_aside_and_the_catalog_starts(string content)
    {
        File.WriteAllText(File_, content);
        await using var catalog = await StartAsync();
        Assert.Empty(catalog.LocalServices);
        Assert.Equal(content, File.ReadAllText(Assert.Single(Directory.GetFiles(_directory, "registrations.corrupt-*"))));
        await catalog.RegisterAsync(Examples.Service("web"));
        Assert.True(File.Exists(File_));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"services":{"web":null}}""")]
    [InlineData("""{"services":{"web":{"node":"a","id":"other","name":"web"}}}""")]
    public async Task A_sound_file_with_strange_contents_is_set_aside_too(string content)
    {
        new SnapshotFile(File_).Write(System.Text.Encoding.UTF8.GetBytes(content));
        await using var catalog = await StartAsync();
        Assert.Empty(catalog.LocalServices);
        Assert.Single(Directory.GetFiles(_directory, "registrations.corrupt-*"));
    }

    [Fact]
    public async Task A_disk_that_refuses_refuses_a_registration_and_lets_go_of_what_ends()
    {
        await using var catalog = await StartAsync();
        await catalog.RegisterAsync(Examples.Service("web"));
        Directory.CreateDirectory(File_ + ".new");

        var refused = await Assert.ThrowsAsync<StorageException>(() => catalog.RegisterAsync(Examples.Service("db")));
        Assert.Contains(File_, refused.Message, StringComparison.Ordinal);
        Assert.Equal(["web"], catalog.LocalServices.Keys);
        Assert.Empty(catalog.Current.Instances("db"));

        await catalog.SetNodeMaintenanceAsync(true, "", CancellationToken.None);
        Assert.True(await catalog.DeregisterServiceAsync("web", CancellationToken.None));
        Assert.Empty(catalog.Current.Instances("web"));
        Directory.Delete(File_ + ".new");
    }

    [Fact]
    public async Task Only_the_agents_user_reads_the_file()
    {
        await using var catalog = await StartAsync();
        await catalog.RegisterAsync(Examples.Service("web"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(File_));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Task<ServiceCatalog> StartAsync() => Examples.StartAsync(Examples.Options(directory: _directory), time: _time);
}

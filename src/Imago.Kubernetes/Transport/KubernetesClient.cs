using System.Runtime.CompilerServices;
using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Transport;

/// <summary>
/// Talks to one cluster. What its callers expect to be refused (an object that is gone, a version that is stale) is a value; everything else throws
/// <see cref="KubernetesException"/>. Any number of callers may use it at once.
/// </summary>
public sealed class KubernetesClient : IDisposable
{
    private readonly RequestSender _sender;
    private readonly KubernetesClientOptions _options;

    public KubernetesClient(ClusterAccess access, KubernetesClientOptions options)
    {
        Access = access;
        _options = options;
        _sender = new RequestSender(access, _options);
    }

    /// <summary>The cluster; it is disposed with the client.</summary>
    public ClusterAccess Access { get; }

    internal KubernetesClientOptions Options => _options;

    /// <inheritdoc />
    public void Dispose()
    {
        _sender.Dispose();
        Access.Dispose();
    }

    /// <summary>One object; null: there is none.</summary>
    public async Task<T?> FindAsync<T>(ResourceType<T> type, ObjectKey key, CancellationToken cancellation)
        where T : KubernetesObject
    {
        try
        {
            return await _sender.SendAsync(ApiRequests.Get(type, key), (body, c) => ReadAsync(body, type.Json, c), cancellation);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>One page of a list.</summary>
    public Task<ObjectList<T>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubernetesObject =>
        _sender.SendAsync(ApiRequests.List(type, query), (body, c) => ReadAsync(body, type.ListJson, c), cancellation);

    /// <summary>
    /// All objects, page by page. When the server has forgotten the version of the first page, the rest comes at a newer one, as the API offers: every object is told that
    /// was there all the time, some may be told that were there for a part of it. What needs one version uses an informer.
    /// </summary>
    public async IAsyncEnumerable<T> ListAsync<T>(ResourceType<T> type, ListQuery query, [EnumeratorCancellation] CancellationToken cancellation)
        where T : KubernetesObject
    {
        var resumed = false;
        for (var asked = query; ;)
        {
            ObjectList<T> page;
            try
            {
                page = await ListPageAsync(type, asked, cancellation);
            }
            catch (KubernetesException e) when (e.IsGone && !resumed && e.Status?.Metadata?.Continue is { Length: > 0 } newer)
            {
                resumed = true;
                asked = query with { Continue = newer, ResourceVersion = null };
                continue;
            }

            foreach (var item in page.Items ?? [])
            {
                yield return item;
            }

            if (page.Metadata.Continue is not { Length: > 0 } next)
            {
                yield break;
            }

            // The token holds the version; both together are refused.
            asked = query with { Continue = next, ResourceVersion = null };
        }
    }

    /// <summary>
    /// The changes after a version, with bookmarks, until the server ends the watch, which it does every few minutes and whenever it likes: go on from the last version told.
    /// </summary>
    /// <exception cref="KubernetesException">410: the version is too old, list again. Otherwise: the connection broke; go on from the last version told.</exception>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, WatchQuery query, CancellationToken cancellation)
        where T : KubernetesObject =>
        WatchAsync(type, query, null, cancellation);

    /// <summary>As above; <paramref name="opened"/> is told when the server has agreed to tell.</summary>
    internal IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, WatchQuery query, Action? opened, CancellationToken cancellation)
        where T : KubernetesObject =>
        WatchReader.ReadAsync(_sender, _options, type, query, opened, cancellation);

    /// <summary>Creates an object; its metadata say where.</summary>
    public Task<Answer<T>> CreateAsync<T>(ResourceType<T> type, T item, CancellationToken cancellation)
        where T : KubernetesObject =>
        WriteAsync(ApiRequests.Create(type, item), type, cancellation);

    /// <summary>Replaces an object that is entirely ours; a resource version in its metadata is a precondition.</summary>
    public Task<Answer<T>> ReplaceAsync<T>(ResourceType<T> type, T item, CancellationToken cancellation)
        where T : KubernetesObject =>
        WriteAsync(ApiRequests.Replace(type, item), type, cancellation);

    /// <summary>Patches an object; a resource version in the patch is a precondition.</summary>
    public Task<Answer<T>> PatchAsync<T>(ResourceType<T> type, ObjectKey key, PatchKind kind, ReadOnlyMemory<byte> patch, CancellationToken cancellation)
        where T : KubernetesObject =>
        WriteAsync(ApiRequests.Patch(type, key, kind, patch), type, cancellation);

    /// <summary>Patches what an object reports (its subresource <c>status</c>); lists of conditions are merged by type, so that those of others stay.</summary>
    public Task<Answer<T>> PatchStatusAsync<T>(ResourceType<T> type, ObjectKey key, ReadOnlyMemory<byte> patch, CancellationToken cancellation)
        where T : KubernetesObject =>
        WriteAsync(ApiRequests.Patch(type, key, PatchKind.Strategic, patch, "status"), type, cancellation);

    /// <summary>Deletes an object, or begins to.</summary>
    public async Task<Answer<Status>> DeleteAsync<T>(ResourceType<T> type, ObjectKey key, DeleteOptions? how, CancellationToken cancellation)
        where T : KubernetesObject
    {
        try
        {
            // The API answers with a status or with the object as it was last; a status has no fields that an object could disturb.
            await _sender.SendAsync(ApiRequests.Delete(type, key, how), DrainAsync, cancellation);
            return new Answer<Status>(new Status { Outcome = "Success" }, null, 200);
        }
        catch (KubernetesException e) when (IsExpected(e))
        {
            return new Answer<Status>(null, RefusalOf(e), e.Code);
        }
    }

    /// <summary>Asks for a pod to be evicted, which budgets may forbid.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="uid">Only this incarnation; null: whichever is there.</param>
    /// <param name="gracePeriod">How long it may take to stop; null: as long as it says itself.</param>
    /// <param name="cancellation">Stops waiting; whether it was done is unknown then.</param>
    public async Task<EvictionAnswer> EvictAsync(ObjectKey pod, string? uid, TimeSpan? gracePeriod, CancellationToken cancellation)
    {
        try
        {
            await _sender.SendAsync(ApiRequests.Evict(pod, uid, gracePeriod), DrainAsync, cancellation);
            return new EvictionAnswer(EvictionResult.Evicted);
        }
        catch (KubernetesException e) when (e.Code is 404 or 409 or 429)
        {
            return new EvictionAnswer(e.Code switch { 404 => EvictionResult.NotFound, 409 => EvictionResult.WrongUid, _ => EvictionResult.Refused }, e.Status, e.RetryAfter);
        }
        catch (KubernetesException e) when (e.Code == 500 && e.Status?.Message?.Contains("more than one PodDisruptionBudget", StringComparison.Ordinal) == true)
        {
            return new EvictionAnswer(EvictionResult.SeveralBudgets, e.Status);
        }
    }

    /// <summary>Whether we may do something.</summary>
    public async Task<AccessReviewStatus> MayAsync(ResourceAttributes what, CancellationToken cancellation)
    {
        var asked = await CreateAsync(ResourceTypes.AccessReviews, new SelfSubjectAccessReview { Spec = new() { ResourceAttributes = what } }, cancellation);
        return asked.OrThrow().Status ?? new AccessReviewStatus { Reason = "The cluster did not say." };
    }

    /// <summary>Version of the API server.</summary>
    public Task<VersionInfo> VersionAsync(CancellationToken cancellation) =>
        _sender.SendAsync(ApiRequests.Raw("/version"), (body, c) => ReadAsync(body, KubernetesJson.Default.VersionInfo, c), cancellation);

    /// <summary>Whatever lies at a path. An answer that says no (404, 403) is an answer.</summary>
    public Task<RawAnswer> GetRawAsync(string path, CancellationToken cancellation) => _sender.GetRawAsync(ApiRequests.Raw(path), cancellation);

    private async Task<Answer<T>> WriteAsync<T>(ApiRequest request, ResourceType<T> type, CancellationToken cancellation)
        where T : KubernetesObject
    {
        try
        {
            return new Answer<T>(await _sender.SendAsync(request, (body, c) => ReadAsync(body, type.Json, c), cancellation), null, 200);
        }
        catch (KubernetesException e) when (IsExpected(e))
        {
            return new Answer<T>(null, RefusalOf(e), e.Code);
        }
    }

    private static bool IsExpected(KubernetesException e) => e.Code is 404 or 409 or 422;

    private static Status RefusalOf(KubernetesException e) => e.Status ?? new Status { Outcome = "Failure", Message = e.Message, Code = e.Code };

    private static async ValueTask<T> ReadAsync<T>(Stream body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json, CancellationToken cancellation) =>
        await JsonSerializer.DeserializeAsync(body, json, cancellation) ?? throw new JsonException("The answer is null.");

    private static async ValueTask<bool> DrainAsync(Stream body, CancellationToken cancellation)
    {
        // Read to its end, so that the connection can be used again.
        await body.CopyToAsync(Stream.Null, cancellation);
        return true;
    }
}
